"""Who acts: people, accounts of the machine, and what was recorded of the settings they act under."""
