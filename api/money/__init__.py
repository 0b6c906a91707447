"""Answers about money: which snapshot they are of, which rows a caller sees, and how they are written."""
