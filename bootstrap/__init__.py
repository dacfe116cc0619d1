"""The only place that knows who plays which part. Nothing is built when a module here is imported."""
