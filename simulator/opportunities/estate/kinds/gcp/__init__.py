"""Kinds of waste of Google Cloud."""
