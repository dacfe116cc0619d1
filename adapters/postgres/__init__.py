"""PostgreSQL: what must not be lost. Rows in ``tables``, a repository a file, ``migrate`` for the schema."""
