"""Ids that people type: whole, or their first characters, of which a few would fit by chance; texts that look alike."""

import unicodedata
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from core.errors import CloudcostError

LEAST_CHARACTERS = 6

T = TypeVar("T")


class ShortNameError(CloudcostError):
    """What was typed is too short to stand for one thing; the message states how much is needed."""


def find_named(items: Iterable[T], given: str, names_of: Callable[[T], Collection[str]]) -> list[T]:
    """The items that are called exactly so, or else those of which a name begins so.

    `ShortNameError` where it is no whole name and shorter than `LEAST_CHARACTERS`: where there is one item only, an
    empty variable of a script would name it.
    """
    every = list(items)
    exact = [item for item in every if given in names_of(item)]
    if exact:
        return exact
    if len(given) < LEAST_CHARACTERS:
        raise ShortNameError(
            f"{given!r} is too short for a name: give the whole id, or at least its first {LEAST_CHARACTERS} characters"
        )
    return [item for item in every if any(name.startswith(given) for name in names_of(item))]


def simplify_text(text: str) -> str:
    """What a reader sees of a text: compatibility forms made plain, without case, control and format characters, and
    without blanks around it. Two texts that look alike mostly become one.
    """
    shown = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cf", "Cc"))
    # Taking case away can leave a letter decomposed.
    return unicodedata.normalize("NFKC", shown.casefold()).strip()
