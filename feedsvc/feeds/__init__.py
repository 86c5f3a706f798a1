"""Feeds: which there are, what stands in them, and how their bytes come onto the shelf."""
