"""The tables, transactions, and columnar reads."""
