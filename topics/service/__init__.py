"""Models over HTTP: look-ups as JSON, and the page.  Needs the extra `serve`."""
