"""The words and rules of the housing fund, in plain Python: no web, no storage, no clock of its own."""
