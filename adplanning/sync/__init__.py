"""Reads ad platforms into the store: opens transactions, keeps leases, and says how each stream went."""
