"""How loudly an incident speaks."""

from enum import StrEnum


class Severity(StrEnum):
    """Three steps: info (look when you like), warning (look today), critical (look now)."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Position from quiet (0) to loud (2)."""
        return list(Severity).index(self)

    def reaches(self, minimum: "Severity") -> bool:
        """True when this is at least as loud as `minimum`."""
        return self.rank >= minimum.rank
