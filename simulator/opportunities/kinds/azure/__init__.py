"""Kinds of waste on Azure."""
