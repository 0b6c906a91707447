"""Pieces of DuckDB SQL: exact money from text, days as exports write them, tags of any spelling."""
