"""What is to be expected: demand, how results follow spend, and which budget goes where."""
