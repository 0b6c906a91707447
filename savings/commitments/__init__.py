"""Which commitments are worth buying for the usage that is still paid on demand."""
