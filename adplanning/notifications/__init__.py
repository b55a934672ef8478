"""Telling people outside: what a message says, and the ways that it goes."""
