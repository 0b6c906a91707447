"""Kinds of waste that only inventory and metrics tell, one a file."""
