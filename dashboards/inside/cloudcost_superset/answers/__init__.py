"""Answers in little time: remembered ones, caches of a publication, and those that are made before it is current."""
