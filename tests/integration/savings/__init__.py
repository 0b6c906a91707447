"""Savings of an installation: checks, plan, lifecycle and commands together."""
