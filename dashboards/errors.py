"""What keeps the dashboards from being served."""

from core.errors import CloudcostError


class ServeError(CloudcostError):
    """The dashboards cannot be served; the message states why."""
