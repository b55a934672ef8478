"""The steps of a visitor or person."""
