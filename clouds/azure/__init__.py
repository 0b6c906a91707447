"""Microsoft Azure: credentials, Cost Management and errors."""
