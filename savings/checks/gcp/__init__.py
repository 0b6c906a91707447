"""Checks of resources in Google Cloud."""
