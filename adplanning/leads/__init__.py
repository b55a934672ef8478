"""Leads: who left word, who they are, and how far they have come."""
