"""Tests of providers' advice."""
