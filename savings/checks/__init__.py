"""The checks, a folder for each cloud and a file for each check."""
