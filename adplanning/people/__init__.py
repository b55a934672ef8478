"""Who is behind the events: persons, their visitors, the websites."""
