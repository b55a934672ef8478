"""Meta Ads: its API, what its answers mean, and the campaigns and figures that came from it."""
