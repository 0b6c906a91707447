"""What every recommendation check declares, so that it can be listed, fed and tested without knowing it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from savings.findings import Findings, RiskClass

#: Provider, account and region.
Scope = tuple[str, str, str]


@dataclass(frozen=True)
class Check:
    """A check: its name, what it finds, the columns of each input it cannot do without, and what puts it right.

    `run` takes by name the inputs (sequences of rows, or None when an input could not be read), `as_of`, and
    `incomplete_scopes`: the scopes whose inventory was not read to its end. It raises nothing for missing or odd data:
    it skips, with a reason.
    """

    name: str
    description: str
    required_inputs: Mapping[str, tuple[str, ...]]
    remediation: str
    risk_class: RiskClass
    run: Callable[..., Findings]
