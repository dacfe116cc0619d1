"""The Official Account: callback, replies, web authorisation, menu script, notices."""
