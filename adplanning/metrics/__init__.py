"""The overview: what every domain counts, side by side."""
