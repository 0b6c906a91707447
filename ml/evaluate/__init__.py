"""Accuracy measured on data whose answers are known: `python -m ml.evaluate forecast|... --help`."""
