"""How neighbours are reached over HTTP: one client, its transport, and readers that trust no field."""
