"""What forecasts and anomalies are made from, and with which settings."""
