"""How well the checks of inventory and metrics find what was planted in estates that somebody else wrote."""
