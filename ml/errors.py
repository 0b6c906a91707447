"""What analytics refuse to guess about."""

from core.errors import CloudcostError


class AnalyticsInputError(CloudcostError, ValueError):
    """Rows handed to an analytic that it cannot judge honestly; the message names the column and the first bad row."""
