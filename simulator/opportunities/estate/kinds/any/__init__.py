"""Kinds of waste that more than one cloud has."""
