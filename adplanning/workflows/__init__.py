"""One event across domains, one file an event."""
