"""How what customers say sounds, and what it is about."""
