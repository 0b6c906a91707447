"""Checks of resources in Microsoft Azure."""
