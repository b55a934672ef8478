"""Files as facts: read, checked row by row, stored in one transaction."""
