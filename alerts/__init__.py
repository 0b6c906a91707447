"""Incidents, and the messages about them: who is told, by which channel, and that it arrived."""
