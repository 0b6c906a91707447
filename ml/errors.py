"""What analytics refuse to guess about."""


class AnalyticsInputError(ValueError):
    """Rows handed to an analytic that it cannot judge honestly; the message names the column and the first bad row."""
