"""Cost analytics as pure functions: series, forecasts, anomalies with causes, and savings recommendations."""
