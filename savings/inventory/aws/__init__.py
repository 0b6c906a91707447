"""What AWS says of resources: one kind a module."""
