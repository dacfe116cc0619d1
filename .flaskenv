# For .venv/bin/flask in this checkout: the administrators' commands.
FLASK_APP=bootstrap.cli:app
