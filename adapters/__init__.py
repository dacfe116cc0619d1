"""The neighbours of the service, one package each. They know ``fund`` and nothing above it."""
