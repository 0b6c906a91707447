"""Public on-demand prices, dated and with their source: what the generator knows of the clouds by itself."""
