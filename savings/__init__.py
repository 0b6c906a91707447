"""Savings recommendations: pure checks over an inventory and billing evidence, each registered by name."""
