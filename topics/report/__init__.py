"""Topics, articles and trends as a page: by itself in one file, or fed by the service."""
