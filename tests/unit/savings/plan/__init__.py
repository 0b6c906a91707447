"""Tests of the one total."""
