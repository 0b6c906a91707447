"""What an item that the company buys is: a meter of a service, with its list price and usual daily quantity.

Each cloud's items have a module (`aws_items`, `azure_items`, `gcp_items`). Names and codes are those that the clouds
print; prices are near the public ones and have at most six decimals.
"""

from dataclasses import dataclass, field
from typing import Literal

Rhythm = Literal["business", "steady", "batch", "always_on", "office_hours"]


@dataclass(frozen=True)
class Item:
    """A meter of a service. ``price`` is in millionths of the currency per unit, ``quantity`` units per day.

    ``code`` is the cloud's own name of the service (AWS product code, Azure meter category, Google service),
    ``service`` the FOCUS service name. ``kind`` states how the usage is paid for; ``accounts`` limits where it occurs.
    """

    code: str
    service: str
    meter: str
    unit: str
    price: int
    quantity: float
    rhythm: Rhythm
    weight: int
    resource: str
    family: str = ""
    operation: str = ""
    kind: Literal["on_demand", "spot", "free", "plan", "reserved", "discounted", "sustained"] = "on_demand"
    accounts: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict, hash=False)
