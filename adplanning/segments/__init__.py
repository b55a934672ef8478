"""Segments: which customers meet criteria, and who is in each group."""
