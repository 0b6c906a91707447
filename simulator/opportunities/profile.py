"""What makes one company unlike another: accounts, regions, currency, discounts, tags and names."""

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from simulator.opportunities.lines import Account, Meter

ENVIRONMENTS = ("prod", "dev", "test", "staging")
_NAMES = (
    "alder birch cedar dogwood elm fir gorse hazel iris juniper kelp larch maple nettle oak pine quince rowan sorrel "
    "thyme umber vetch willow yarrow"
).split()
#: How companies spell environments in the value of a tag, and under which key.
_SPELLINGS = (
    {"prod": "prod", "dev": "dev", "test": "test", "staging": "staging"},
    {"prod": "production", "dev": "development", "test": "testing", "staging": "staging"},
    {"prod": "PROD", "dev": "DEV", "test": "TEST", "staging": "STAGE"},
)
_TAG_KEYS = ("environment", "env", "Environment", "stage")
#: Subscriptions for tests have the dev/test offer of an Enterprise Agreement; all others the usual one.
_OFFERS = {"test": "MS-AZR-0148P"}
_REGIONS = {
    "aws": ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1"),
    "azure": ("westeurope", "northeurope", "eastus"),
    "gcp": ("us-central1", "europe-west1", "us-east1"),
}
_RATES = (Decimal("0.92"), Decimal("0.865"), Decimal("0.941"))


@dataclass(frozen=True)
class Profile:
    """The traits of a company.

    ``rate`` turns public US prices into the currency of each cloud's bill. ``base_discount`` is in the prices that the
    bill states; ``net_discount`` of an AWS contract comes off the costs and is in no stated price.
    """

    name: str
    accounts: Mapping[str, tuple[Account, ...]]
    regions: Mapping[str, tuple[str, ...]]
    currency: Mapping[str, str]
    rate: Mapping[str, Decimal]
    base_discount: Decimal
    net_discount: Decimal
    tag_key: str
    spelling: Mapping[str, str]
    untagged_percent: int
    payer: str

    def discount(self, meter: Meter, region: str) -> Decimal:
        """Off the list price: the agreed discount, more or less of it for some meters."""
        if not self.base_discount:
            return Decimal(0)
        text = f"{self.name}/{meter.service}/{meter.usage}/{region}"
        draw = hashlib.blake2b(text.encode(), digest_size=1).digest()[0]
        return self.base_discount + Decimal((0, 0, 0, 1, -1, 2)[draw % 6]) / 100

    def name_resource(self, role: str, environment: str, token: str) -> str:
        parts = {
            "0": [role, environment, token[:8]],
            "1": [environment, role, token[:8]],
            "2": [self.name, role, token[:9]],
        }
        return "-".join(parts[str(len(self.name) % 3)])

    def tag(self, environment: str, draw: random.Random) -> dict[str, str]:
        """Tags of a resource. What is not production always says so: accounts are not all of one environment."""
        if environment == "prod" and draw.randrange(100) < self.untagged_percent:
            return {}
        return {
            self.tag_key: self.spelling[environment],
            "team": draw.choice(("web", "data", "payments", "platform", "search")),
        }


def draw_profile(number: int, seed: int, clouds: tuple[str, ...]) -> Profile:
    """The traits that follow from the number and the seed."""
    draw = random.Random(f"{seed}/{number}/profile")
    name = f"{_NAMES[number % len(_NAMES)]}{number // len(_NAMES) or ''}"
    rate = draw.choice(_RATES)
    return Profile(
        name=name,
        accounts={cloud: _draw_accounts(cloud, name, draw) for cloud in clouds},
        regions={cloud: tuple(draw.sample(_REGIONS[cloud], draw.randint(1, 2))) for cloud in clouds},
        currency={"aws": "USD", "azure": draw.choice(("EUR", "EUR", "USD")), "gcp": "USD"},
        rate={"aws": Decimal(1), "azure": Decimal(1), "gcp": Decimal(1)} | {"azure": rate},
        base_discount=Decimal(draw.choice((0, 0, 5, 8, 12, 18, 25, 28))) / 100,
        net_discount=Decimal(draw.choice((0, 0, 0, 7, 11))) / 100,
        tag_key=draw.choice(_TAG_KEYS),
        spelling=draw.choice(_SPELLINGS),
        untagged_percent=draw.choice((0, 10, 25)),
        payer=f"{draw.randrange(10**11, 10**12)}",
    )


def _draw_accounts(cloud: str, company: str, draw: random.Random) -> tuple[Account, ...]:
    accounts: list[Account] = []
    for environment in (*ENVIRONMENTS, *("prod",) * draw.randint(1, 3)):
        number = len(accounts)
        name = f"{company}-{environment}" if number < len(ENVIRONMENTS) else f"{company}-{environment}-{number}"
        accounts.append(
            Account(cloud, _draw_id(cloud, name, draw), name, environment, _OFFERS.get(environment, "MS-AZR-0017P"))
        )
    return tuple(accounts)


def _draw_id(cloud: str, name: str, draw: random.Random) -> str:
    if cloud == "aws":
        return f"{draw.randrange(10**11, 10**12)}"
    if cloud == "azure":
        digits = f"{draw.getrandbits(124):031x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-9{digits[15:18]}-{digits[18:30]}"
    return f"{name}-{draw.randrange(1000, 10000)}"
