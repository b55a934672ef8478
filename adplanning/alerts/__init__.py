"""Rules that watch the numbers, and the alerts that they give."""
