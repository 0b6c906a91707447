"""Kinds of waste of AWS."""
