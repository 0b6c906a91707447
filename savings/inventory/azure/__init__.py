"""What Azure says of resources: one kind a module."""
