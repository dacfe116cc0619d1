"""The one error of the embedded servers."""


class EmbeddedError(Exception):
    """An embedded server cannot be prepared or started. The text is shown to the developer as it is."""
