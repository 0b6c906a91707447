"""Realised savings: bills with a known truth."""
