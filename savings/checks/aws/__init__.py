"""Checks of resources in Amazon Web Services."""
