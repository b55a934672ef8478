"""Scores of customers: how active they are, what they are worth, whether they leave, and what they say of the shop."""
