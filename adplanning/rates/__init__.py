"""Currency rates: what one unit of a currency was worth in another on a day, and where one is missing."""
