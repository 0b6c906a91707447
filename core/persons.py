"""How a person is spelled, so that somebody is one person everywhere and never two."""


def normalise_person(name: str) -> str:
    """The one spelling under which a person counts; ValueError for an empty name.

    Only what is one letter in two cases, and blanks of ASCII around, make no difference. Folding more (the sharp s to
    two letters, the sign of kelvin to a k) would make two people one.
    """
    person = "".join(map(_lower, name.strip(" \t\r\n")))
    if not person:
        raise ValueError("a person's name is empty")
    return person


def _lower(letter: str) -> str:
    lower = letter.lower()
    return lower if lower.upper() == letter else letter
