"""Kinds of waste of Azure."""
