"""Databases, caches and plans."""
