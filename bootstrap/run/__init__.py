"""`python -m bootstrap.run` (what `make run` becomes): everything a developer needs, under one supervisor."""
