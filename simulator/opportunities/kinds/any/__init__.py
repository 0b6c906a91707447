"""Kinds of waste that several clouds have."""
