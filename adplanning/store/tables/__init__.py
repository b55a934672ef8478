"""One module per group of tables; `base.py` holds what all of them share."""
