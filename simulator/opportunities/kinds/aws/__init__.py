"""Kinds of waste on AWS."""
