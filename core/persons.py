"""How a person is spelled, so that somebody is one person everywhere and never two, and names that look like another.

Spelling is strict, so that nobody becomes somebody else. Looks are compared by a small rule after Unicode Technical
Standard 39: without what is not seen at all, by compatibility form (NFKC), case fold, and the letters of other scripts,
hyphens and apostrophes that look like one of ASCII; and no part of a name mixes scripts. Letters and digits of ASCII (1
and l, 0 and O) count as different: accounts are called so.
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
#: By sign of ASCII the hyphens and apostrophes that keyboards and word processors put in its place. Source: as above.
_ALIKE_SIGNS: Mapping[str, str] = {
    "-": "\u2010\u2012\u2013\u2043\u2212\u02d7",
    "'": "\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\u02bd\u02c8\ua78c\u05f3",
}
_ALIKE_LETTERS = str.maketrans({one: letter for letter, others in {**_ALIKE, **_ALIKE_SIGNS}.items() for one in others})
#: What no font shows (Default_Ignorable_Code_Point), first and last of each range. Source: DerivedCoreProperties.txt of
#: Unicode, looked up in November 2026.
_IGNORED = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_UNSEEN = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _IGNORED) + "]")
#: Scripts that are written together: what Japanese, Korean and Chinese names hold. Ideographic: the mark that repeats
#: a letter.
_TOGETHER = frozenset({"CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
#: Letters of no script: apostrophes that are written as letters.
_OF_NONE = "MODIFIER"
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
    seen = _UNSEEN.sub("", name)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    return folded.translate(_ALIKE_LETTERS)


def describe_doubt(name: str) -> str:
    """What is wrong with a name that holds what nobody sees, or of which a part, between signs and blanks, mixes
    scripts; empty where neither is so. What joins letters (U+200C, U+200D) stays: some scripts need it.
    """
    unseen = next((one for one in _UNSEEN.findall(name) if one not in "\u200c\u200d"), "")
    if unseen:
        return f"the character U+{ord(unseen):04X} cannot stand in a name: nobody would see it"
    for part in _PARTS.findall(unicodedata.normalize("NFKC", name)):
        letters = {_name_script(letter) for letter in part if unicodedata.category(letter)[0] == "L"}
        scripts = sorted(letters - {_OF_NONE})
        if len({"CJK" if one in _TOGETHER else one for one in scripts}) > 1:
            return f"{part!r} mixes letters of {' and '.join(one.capitalize() for one in scripts)}, which look alike"
    return ""


def _name_script(letter: str) -> str:
    """The script by the first word of the letter's name, which Unicode keeps for good."""
    return unicodedata.name(letter, "UNKNOWN").split()[0].partition("-")[0]
