"""Pages in the browser: services in, widgets out."""
