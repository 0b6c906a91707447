"""What cannot be simulated."""

from core.errors import CloudcostError


class SimulationError(CloudcostError, ValueError):
    """The arguments do not fit each other or the folder; the message states why."""
