"""Incidents, and the messages about them: who is notified, by which channel, and that it arrived."""
