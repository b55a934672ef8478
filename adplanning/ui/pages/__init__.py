"""One module per page: a function that takes a visit and answers widgets."""
