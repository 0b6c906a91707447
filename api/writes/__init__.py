"""Writes that are sent twice are done once: what stands around them, and what is remembered of each."""
