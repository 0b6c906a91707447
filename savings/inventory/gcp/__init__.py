"""What Google Cloud says of resources: one kind a module."""
