"""Vocabulary without a domain: errors, ids, money, periods, ratios, settings."""
