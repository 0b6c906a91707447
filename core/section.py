"""What every section of the configuration stands on, and what several of them ask of a value.

A section is written once, in the package that goes by it; `cloudcost/config/document.py` puts them together.
"""

import unicodedata
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.currencies import CURRENCY_PATTERN, check_currency

#: How an environment variable may be called.
ENV_NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"

#: Categories of Unicode whose characters are not seen: controls, formats, surrogates, ends of lines and paragraphs.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: Three capital letters: also what no bill is in, such as a unit that somebody counts in.
CurrencyCode = Annotated[str, Field(pattern=CURRENCY_PATTERN, description="ISO 4217 code")]
#: A currency that a bill can be in.
BillingCurrency = Annotated[CurrencyCode, AfterValidator(check_currency)]


def check_visible(text: str) -> str:
    """A text of one line that is read as it is written: ValueError for controls, marks that turn the direction, what
    has no width, and blanks alone. What joins letters (U+200C, U+200D) stays: some scripts need it.
    """
    unseen = next((one for one in text if unicodedata.category(one) in _UNSEEN and one not in "\u200c\u200d"), None)
    if unseen is not None:
        raise ValueError(f"the character U+{ord(unseen):04X} cannot stand here: nobody would see it")
    if not text.strip():
        raise ValueError("it is blank")
    return text


class StrictModel(BaseModel):
    """Values that are what they were checked to be: no key that nobody knows, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Section(StrictModel):
    """A part of the configuration file; every field states what it means and why its default is what it is."""


def list_repeated(names: Iterable[str]) -> list[str]:
    """The names that are given more than once, each once, in order of the alphabet."""
    given = list(names)
    return sorted({name for name in given if given.count(name) > 1})


def check_unique(what: str, names: Iterable[str], wrong: str = "is there twice") -> None:
    """ValueError that states of the first name that is given more than once what is `wrong` with it."""
    repeated = list_repeated(names)
    if repeated:
        raise ValueError(f"{what} {repeated[0]!r} {wrong}")


def check_host_names(hosts: Iterable[str]) -> list[str]:
    """Names of hosts, with a port or without, in lower case; ValueError for anything else, such as an address."""
    names = list(hosts)
    for host in names:
        if not host or any(character in host for character in "/*@, \t") or not host.isascii():
            raise ValueError(f"{host!r} is no host name: give it without https:// and path, as costs.example.com")
    return [host.lower() for host in names]
