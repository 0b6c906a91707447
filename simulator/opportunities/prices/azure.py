"""Public prices of Azure meters: how a cost export names them and what a unit costs.

US dollars in East US; the companies pay the same in every region. For where the meters' prices are from see `tables`.
Those of D2s v3, D4s v3, E4s v5, F4s v2 and DS2 v2 and what follows from them by size are public copies, read on
2026-11-30; those of the first F series, of Windows and of the tiers of Log Analytics are generally known.
"""

from decimal import Decimal

from simulator.opportunities.lines import Meter
from simulator.opportunities.prices.tables import read_prices

_VM = "Virtual Machines"
_TABLE = read_prices("azure.csv")
#: Linux price an hour, series as the subcategory names it, virtual processors.
_SIZES = {
    "D2s v3": ("0.096", "Dsv3 Series", 2),
    "D4s v3": ("0.192", "Dsv3 Series", 4),
    "D2s v5": ("0.096", "Dsv5 Series", 2),
    "D4s v5": ("0.192", "Dsv5 Series", 4),
    "D8s v5": ("0.384", "Dsv5 Series", 8),
    "D32s v5": ("1.536", "Dsv5 Series", 32),
    "E4s v5": ("0.252", "Esv5 Series", 4),
    "E8s v5": ("0.504", "Esv5 Series", 8),
    "D2 v2/DS2 v2": ("0.135", "Dv2/DSv2 Series", 2),
    "D3 v2/DS3 v2": ("0.27", "Dv2/DSv2 Series", 4),
    "F4/F4s": ("0.199", "F/FS Series", 4),
    "F4s v2": ("0.169", "FSv2 Series", 4),
}
#: Series that are retired: the size that takes over.
RETIRING = {"D2 v2/DS2 v2": "D2s v5", "D3 v2/DS3 v2": "D4s v5", "F4/F4s": "F4s v2"}
#: Windows costs this for a virtual processor an hour.
WINDOWS_CORE = Decimal("0.046")
#: Gigabytes a day of a commitment tier of Log Analytics: the price of a day.
LOG_TIERS = {100: Decimal(196), 200: Decimal(368), 300: Decimal(540), 400: Decimal(704), 500: Decimal(865)}


def azure_meter(key: str) -> Meter:
    """The meter of a key."""
    row = _TABLE[key]
    native = {
        "MeterSubCategory": row["subcategory"],
        "ConsumedService": row["provider"],
        "ServiceFamily": row["family"],
    }
    return Meter("azure", row["category"], row["meter"], row["unit"], Decimal(row["price"]), row["component"], native)


def count_vcpus(size: str) -> int:
    """The virtual processors of a size."""
    return _SIZES[size][2]


def machine_meter(size: str, system: str = "Linux") -> Meter:
    """An hour of a virtual machine; the Windows meter of a size has the licence in its price."""
    price, series, vcpus = _SIZES[size]
    is_windows = system == "Windows"
    native = {
        "MeterSubCategory": f"{series} Windows" if is_windows else series,
        "ConsumedService": "Microsoft.Compute",
        "ServiceFamily": "Compute",
    }
    total = Decimal(price) + (WINDOWS_CORE * vcpus if is_windows else 0)
    return Meter("azure", _VM, size, "1 Hour", total, "compute", native)
