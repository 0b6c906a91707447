"""The kinds of waste, a module for each family of them; see `simulator.opportunities.kind`."""
