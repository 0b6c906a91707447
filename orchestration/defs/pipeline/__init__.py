"""The job that builds everything, and its schedule."""
