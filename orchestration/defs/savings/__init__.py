"""What could be saved, as an asset."""
