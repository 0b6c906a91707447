"""Incidents as an asset, and the delivery of their messages."""
