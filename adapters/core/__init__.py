"""The core system (核心系统) of the housing fund, in the field names of JGJ/T 320."""
