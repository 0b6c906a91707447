"""What cannot be simulated."""


class SimulationError(ValueError):
    """The arguments do not fit each other or the folder; the message says why."""
