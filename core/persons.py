"""How a person is spelled, so that somebody is one person everywhere and never two, and names that look like another.

Spelling is strict, so that nobody becomes somebody else. Looks are compared by a small rule after Unicode Technical
Standard 39: by compatibility form (NFKC), case fold, and the letters of other scripts that look like a Latin one; and
no part of a name mixes scripts. Letters and digits of ASCII (1 and l, 0 and O) count as different: accounts are called
so.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

#: By letter of ASCII the lower-case ones of Latin, Greek, Cyrillic and Armenian that look like it. Source:
#: confusables.txt of UTS 39 (unicode.org/Public/security), of version 10 and later, looked up in November 2026.
_ALIKE: Mapping[str, str] = {
    "a": "\u0251\u03b1\u0430",
    "c": "\u0441\u1d04",
    "d": "\u0501",
    "e": "\u0435\u04bd",
    "f": "\u0584",
    "g": "\u018d\u0261\u0581",
    "h": "\u04bb\u0570",
    "i": "\u0131\u0269\u026a\u03b9\u0456\u04cf",
    "j": "\u03f3\u0458",
    "n": "\u0578\u057c",
    "o": "\u03bf\u03c3\u043e\u0585\u1d0f",
    "p": "\u03c1\u0440",
    "q": "\u051b\u0563\u0566",
    "r": "\u0433",
    "s": "\u01bd\u0455",
    "u": "\u028b\u03c5\u057d\u1d1c",
    "v": "\u03bd\u0475\u1d20",
    "w": "\u026f\u0461\u051d\u0561\u1d21",
    "x": "\u0445",
    "y": "\u0263\u028f\u03b3\u0443\u04af",
    "z": "\u1d22",
}
_ALIKE_LETTERS = str.maketrans({one: letter for letter, others in _ALIKE.items() for one in others})
#: Scripts that are written together: what Japanese, Korean and Chinese names hold.
_TOGETHER = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
_PARTS = re.compile(r"[^\W_]+")


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


@lru_cache(maxsize=100_000)
def fold_lookalikes(name: str) -> str:
    """What names have in common that nobody can tell apart; it is for comparing, not for reading."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return folded.translate(_ALIKE_LETTERS)


def describe_mixture(name: str) -> str:
    """What is wrong with a name of which a part, between signs and blanks, mixes scripts; empty where none does."""
    for part in _PARTS.findall(unicodedata.normalize("NFKC", name)):
        scripts = sorted({_name_script(letter) for letter in part if unicodedata.category(letter)[0] == "L"})
        if len({"CJK" if one in _TOGETHER else one for one in scripts}) > 1:
            return f"{part!r} mixes letters of {' and '.join(one.capitalize() for one in scripts)}, which look alike"
    return ""


def _name_script(letter: str) -> str:
    """The script by the first word of the letter's name, which Unicode keeps for good."""
    return unicodedata.name(letter, "UNKNOWN").split()[0].partition("-")[0]
