"""What people type for an id."""

import pytest

from core.errors import FAILED
from core.short_names import ShortNameError, find_named

IDS = ("abcdef0123", "abcdef9999", "x1")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("abcdef0123", ["abcdef0123"]),
        ("abcdef0", ["abcdef0123"]),
        ("abcdef", ["abcdef0123", "abcdef9999"]),
        ("x1", ["x1"]),  # a whole id, however short
        ("abcdeg", []),
    ],
)
def test_a_whole_id_or_its_beginning(given: str, found: list[str]) -> None:
    assert find_named(IDS, given, lambda one: (one,)) == found


@pytest.mark.parametrize("given", ["", "x", "abcde"])
def test_too_few_characters_name_nothing_even_where_one_thing_is(given: str) -> None:
    with pytest.raises(ShortNameError, match="is too short for a name") as error:
        find_named(IDS[:1], given, lambda one: (one,))
    assert error.value.exit_code == FAILED
