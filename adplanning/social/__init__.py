"""What was posted at social networks, and what is planned."""
