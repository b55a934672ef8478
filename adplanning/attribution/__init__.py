"""Which touchpoint earned how much of a conversion."""
