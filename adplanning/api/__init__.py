"""The HTTP rim: requests in, JSON out."""
