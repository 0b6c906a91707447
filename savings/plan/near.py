"""What may be about the same usage, found by account and service, so that not all is compared with all."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

from savings.plan.candidates import Candidate

T = TypeVar("T")


class Near(Generic[T]):
    """Things by the account and the service that they are about; what is empty is near to all. In order, each once."""

    def __init__(self, placed: Iterable[tuple[Candidate, T]]) -> None:
        self._things: list[T] = []
        self._all: dict[T, int] = {}
        self._places: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._accounts: defaultdict[str, list[int]] = defaultdict(list)
        self._services: defaultdict[str, list[int]] = defaultdict(list)
        for candidate, thing in placed:
            number = self._all.setdefault(thing, len(self._all))
            if number == len(self._things):
                self._things.append(thing)
            account, service = candidate.resource[2], candidate.service
            self._places[account, service].append(number)
            self._accounts[account].append(number)
            self._services[service].append(number)

    def find(self, one: Candidate) -> list[T]:
        """Those that may be about the same usage as this one."""
        account, service = one.resource[2], one.service
        if not account and not service:
            return list(self._things)
        if not account:
            numbers = [*self._services[service], *self._services[""]]
        elif not service:
            numbers = [*self._accounts[account], *self._accounts[""]]
        else:
            places = [(a, s) for a in (account, "") for s in (service, "")]
            numbers = [number for place in places for number in self._places.get(place, ())]
        return [self._things[number] for number in sorted(set(numbers))]
