"""One company: who it is, what it pays, and everything that is billed to it."""

import datetime as dt
import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulator.opportunities.calendar import Calendar
from simulator.opportunities.findings import Decoy, Planted, Saving
from simulator.opportunities.lines import Account, Charge, Line, Meter, Resource
from simulator.opportunities.profile import Profile, draw_profile

#: Prices are stated with as many decimals as the clouds give them.
_PRICE_STEP = {"aws": Decimal("1e-10"), "azure": Decimal("1e-9"), "gcp": Decimal("1e-9")}


@dataclass
class Company:
    """The bill under construction; kinds of waste add to it.

    The draws of each kind come from a stream of its own, so that a kind that is added or left out moves no other.
    """

    number: int
    seed: int
    calendar: Calendar
    clouds: tuple[str, ...]
    profile: Profile = field(init=False)
    lines: list[Line] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    decoys: list[Decoy] = field(default_factory=list)
    tolerated: list[Decoy] = field(default_factory=list)
    commitments: list[Any] = field(default_factory=list)
    draw: random.Random = field(init=False)
    _stream: str = ""
    _count: int = 0

    def __post_init__(self) -> None:
        self.profile = draw_profile(self.number, self.seed, self.clouds)
        self.enter("company")

    def enter(self, stream: str) -> None:
        """Everything that follows is drawn from, and named after, this stream."""
        self._stream, self._count = stream, 0
        self.draw = random.Random(f"{self.seed}/{self.number}/{stream}")

    def token(self, length: int = 16) -> str:
        """A new hexadecimal name."""
        self._count += 1
        text = f"{self.seed}/{self.number}/{self._stream}/{self._count}"
        return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()[:length]

    def account(self, cloud: str, environment: str = "prod") -> Account:
        """An account of an environment."""
        return self.draw.choice([a for a in self.profile.accounts[cloud] if a.environment == environment])

    def payer(self) -> Account:
        """The AWS account that pays for all others."""
        return Account("aws", self.profile.payer, f"{self.profile.name}-management", "prod")

    def region(self, cloud: str) -> str:
        return self.draw.choice(self.profile.regions[cloud])

    def resource(
        self,
        cloud: str,
        pattern: str,
        environment: str = "prod",
        account: Account | None = None,
        region: str = "",
        role: str = "app",
        tags: Mapping[str, str] | None = None,
        **parts: str,
    ) -> Resource:
        """A new resource whose id follows ``pattern``, with ``{account}``, ``{region}``, ``{name}``, ``{token}``.

        ``tags`` are further ones, beside those that resources of the environment have.
        """
        account = account or self.account(cloud, environment)
        region = region or self.region(cloud)
        token = self.token()
        name = self.profile.name_resource(role, environment, token)
        text = pattern.format(
            account=account.id,
            region=region,
            name=name,
            token=token,
            guid=make_guid(token),
            group=account.name,
            **parts,
        )
        usual = self.profile.tag(environment, self.draw)
        return Resource(cloud, account, region, text, name, environment, usual | dict(tags or {}))

    def price(self, meter: Meter, region: str) -> tuple[Decimal, Decimal]:
        """What a unit costs the customer and at list, in the currency of the cloud's bill."""
        step = _PRICE_STEP[meter.cloud]
        listed = (meter.price * self.profile.rate[meter.cloud]).quantize(step)
        return (listed * (1 - self.profile.discount(meter, region))).quantize(step), listed

    def bill(self, resource: Resource, meter: Meter, charges: list[Charge], **said: Any) -> Line:
        """Bill charges of a meter to a resource at the customer's price; ``said`` overrides what a `Line` holds."""
        paid, listed = self.price(meter, resource.region)
        usual: dict[str, Any] = {"price": paid, "list_price": listed}
        if meter.cloud == "aws" and said.get("payment", "on_demand") in ("on_demand", "spot"):
            usual["credit"] = self.profile.net_discount
        line = Line(resource, meter, charges, **(usual | said))
        self.lines.append(line)
        return line

    def waste(
        self, check: str, resource: Resource, component: str, saving: Saving, detail: str = "", **said: Any
    ) -> None:
        self.planted.append(Planted(check, resource, component, saving, detail, **said))

    def decoy(self, check: str, resource: Resource, why: str) -> None:
        self.decoys.append(Decoy(check, resource, why))

    def tolerate(self, check: str, resource: Resource, why: str = "the bill can be read either way") -> None:
        """A check may find this resource or not; both are right."""
        self.tolerated.append(Decoy(check, resource, why))

    def days(self, count: int | None = None) -> list[dt.date]:
        return self.calendar.tail(count)

    def jitter(self, percent: int = 10) -> Decimal:
        """A factor near one, with three decimals."""
        return Decimal(self.draw.randint(1000 - 10 * percent, 1000 + 10 * percent)) / 1000


def make_guid(token: str) -> str:
    """A GUID that follows from a text alone."""
    digits = hashlib.blake2b(token.encode(), digest_size=16).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-9{digits[17:20]}-{digits[20:32]}"
