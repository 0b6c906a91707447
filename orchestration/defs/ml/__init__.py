"""Forecasts and anomalies as assets, and the checks of their quality."""
