"""Which rows readers get: what they may ask, which SQL they may write, and which statements reach the warehouse."""
