"""`cloudcost savings`: what could be saved, and deciding about it."""
