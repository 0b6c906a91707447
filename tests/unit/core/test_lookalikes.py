"""Names that nobody can tell apart are one; names of other scripts are names."""

import pytest

from core.persons import describe_doubt, fold_lookalikes

CYRILLIC_ANA, GREEK_ANA = "\u0430n\u0430@example.com", "\u03b1n\u03b1@example.com"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ana@example.com", CYRILLIC_ANA),
        ("ana@example.com", GREEK_ANA),
        ("ana@example.com", "\uff41\uff4e\uff41@example.com"),  # full width
        ("ANA@example.com", "ana@example.com"),
        ("stra\u00dfe@example.com", "strasse@example.com"),
        ("\u017fara", "sara"),  # a long s
        ("\u212aim", "kim"),  # the sign of kelvin
        ("d\u0131m", "dim"),  # an i without a dot
        ("\ufb01n", "fin"),  # a ligature
        ("jose\u0301", "jos\u00e9"),  # an accent of its own
        ("\u0440\u0430\u0443\u0440\u0430\u04cf", "paypai"),
        ("ana\ufe0f@example.com", "ana@example.com"),  # a selector of a variant
        ("an\u034fa@example.com", "ana@example.com"),  # a joiner of graphemes
        ("an\U000e0101a", "ana"),
        ("ana\u3164", "ana"),  # a filler of Hangul
        ("ana\u2010b@example.com", "ana-b@example.com"),
        ("ana\u2212b@example.com", "ana-b@example.com"),
        ("o\u2019neil", "o'neil"),
        ("o\u02bcneil", "o'neil"),
    ],
)
def test_names_that_look_alike_are_one(one: str, other: str) -> None:
    assert one != other and fold_lookalikes(one) == fold_lookalikes(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ana", "anna"),
        ("jose", "jos\u00e9"),
        ("user1", "userl"),
        ("m\u00fcller", "mueller"),
        ("\u0438\u0432\u0430\u043d", "ivan"),
    ],
)
def test_names_that_differ_are_two(one: str, other: str) -> None:
    assert fold_lookalikes(one) != fold_lookalikes(other)


@pytest.mark.parametrize("name", [CYRILLIC_ANA, GREEK_ANA, "p\u0430ul", "ana@ex\u0430mple.com", "\u05d0bc"])
def test_a_part_of_a_name_is_of_one_script(name: str) -> None:
    assert "mixes letters of" in describe_doubt(name)


@pytest.mark.parametrize("name", ["ana\ufe0f", "an\u034fa", "p\ufe0f\u0430\ufe0ful", "ana\u200b", "\u3164"])
def test_what_nobody_sees_is_in_no_name(name: str) -> None:
    assert "nobody would see it" in describe_doubt(name)


@pytest.mark.parametrize(
    "name",
    [
        "ana@example.com", "Zo\u00eb O'Neil", "\u0438\u0432\u0430\u043d@example.com", "bob.2@example.com", "machine-7",
        "\u7530\u4e2d\u3055\u3093", "\uae40\ubbfc\uc218", "jose\u0301", "\u03bd\u03af\u03ba\u03bf\u03c2",
        "\u0928\u092e\u0938\u094d\u0924\u0947", "\u4f50\u3005\u6728", "\u3084\u3059\u3005\u30fc", "o\u02bcneil",
    ],
)  # fmt: skip
def test_names_of_any_one_script_are_names(name: str) -> None:
    assert describe_doubt(name) == ""
