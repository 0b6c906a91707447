"""Checks of what every cloud bills, and of FOCUS exports of whoever writes them."""
