"""How plans are made: read the resource, draft, compare with what was approved, and hold the clients to it."""
