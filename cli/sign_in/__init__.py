"""Signing in at an API from a terminal, and what one does there."""
