"""A seeded shop with known truth."""
