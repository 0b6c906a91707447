"""How tables show times and amounts: as the person prefers who reads them. CSV and JSON stay exact and UTC."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cloudcost.identity.profile import Profile


@dataclass(frozen=True)
class Moment:
    """A time in a row: ``text`` is what programs get, in UTC; people read it by their own clock."""

    at: dt.datetime
    text: str

    @classmethod
    def minute(cls, at: dt.datetime) -> "Moment":
        """A time that is told to the minute."""
        return cls(at, f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M}")

    @classmethod
    def read(cls, text: str | None) -> "Moment | str | None":
        """A time as the state has it, or the text itself where it is none."""
        if text is None:
            return None
        try:
            at = dt.datetime.fromisoformat(text)
        except ValueError:
            return text
        return cls(at, text) if at.tzinfo is not None else text

    def __str__(self) -> str:
        return self.text


class Reader:
    """Whoever reads the tables of this process; looked up once a table needs it."""

    def __init__(self) -> None:
        self._find: Callable[[], Profile] | None = None
        self._profile: Profile | None = None

    def be(self, find: "Callable[[], Profile]") -> None:
        """From now on whom ``find`` tells reads."""
        self._find, self._profile = find, None

    @property
    def profile(self) -> "Profile | None":
        """What they prefer; None where nobody is known."""
        if self._profile is None and self._find is not None:
            self._profile = self._find()
        return self._profile


READER = Reader()


def present(value: Any, text: str) -> str:
    """A cell of a table. ``text``: as everybody else reads it. Counts and names stay as they are."""
    if not isinstance(value, Moment | Decimal) or READER.profile is None:
        return text
    profile = READER.profile
    if isinstance(value, Moment):
        return text if profile.time_zone == "UTC" else profile.show_time(value.at)
    return text if profile.number_format == "plain" else profile.show_number(Decimal(text))
