"""What the service is told from outside: settings, logging, the web server. Read by bootstrap only."""
