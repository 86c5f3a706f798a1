"""Copies of the whole newsroom in one file, and the way back."""
