"""The weekly report: which days it tells of, what changed most, and its charts."""
