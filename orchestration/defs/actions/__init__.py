"""Proposals as an asset; the jobs that execute and take back; verified savings."""
