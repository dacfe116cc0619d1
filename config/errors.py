"""The one error of this room."""

from collections.abc import Iterable


class SettingsError(Exception):
    """The environment cannot be used. Its text names every missing or invalid variable, never a value.

    `problems` maps the variable's name to what is wrong with it, in the order they were found.
    """

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        self.problems: dict[str, str] = dict(problems)
        lines = "\n".join(f"  {name}: {what}" for name, what in self.problems.items())
        super().__init__(f"{len(self.problems)} setting(s) to put right:\n{lines}")
