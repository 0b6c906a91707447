"""Kinds of waste on Google Cloud."""
