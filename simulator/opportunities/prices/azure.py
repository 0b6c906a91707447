"""Public prices of Azure meters: how a cost export names them and what a unit costs.

US dollars in East US from the Retail Prices API, as public copies of it state them, read on 2026-11-30. The companies
pay the same in every region.
"""

from decimal import Decimal

from simulator.opportunities.lines import Meter

_VM, _LICENCE, _DB = "Virtual Machines", "Virtual Machines Licenses", "SQL Database"
_NETWORK = "Microsoft.Network"
#: Key: category, subcategory, meter, unit, price, component, resource provider, service family.
_TABLE: dict[str, tuple[str, str, str, str, str, str, str, str]] = {
    "lb.hours": ("Load Balancer", "", "Standard Included LB Rules and Outbound Rules", "1 Hour", "0.025", "fee", _NETWORK, "Networking"),
    "lb.data": ("Load Balancer", "", "Standard Data Processed", "1 GB", "0.005", "transfer", _NETWORK, "Networking"),
    "nat.hours": ("NAT Gateway", "", "Standard Gateway", "1 Hour", "0.045", "fee", _NETWORK, "Networking"),
    "nat.data": ("NAT Gateway", "", "Standard Data Processed", "1 GB", "0.045", "transfer", _NETWORK, "Networking"),
    "firewall.hours": ("Azure Firewall", "", "Standard Deployment", "1 Hour", "1.25", "fee", _NETWORK, "Networking"),
    "firewall.data": ("Azure Firewall", "", "Standard Data Processed", "1 GB", "0.016", "transfer", _NETWORK, "Networking"),
    "gateway.hours": ("Application Gateway", "Application Gateway Standard v2", "Standard Fixed Cost", "1 Hour", "0.246", "fee", _NETWORK, "Networking"),
    "gateway.data": ("Application Gateway", "Application Gateway Standard v2", "Standard Capacity Units", "1 Hour", "0.008", "transfer", _NETWORK, "Networking"),
    "vpn.hours": ("VPN Gateway", "", "VpnGw1", "1 Hour", "0.19", "fee", _NETWORK, "Networking"),
    "vpn.data": ("Bandwidth", "Rtn Preference: MGN", "Standard Data Transfer Out", "1 GB", "0.087", "transfer", _NETWORK, "Networking"),
    "endpoint.hours": ("Virtual Network", "Virtual Network Private Link", "Standard Private Endpoint", "1 Hour", "0.01", "fee", _NETWORK, "Networking"),
    "endpoint.data": ("Virtual Network", "Virtual Network Private Link", "Standard Data Processed - Ingress", "1 GB", "0.01", "transfer", _NETWORK, "Networking"),
    "licence.windows": (_LICENCE, "Windows Server", "4 vCPU VM License", "1 Hour", "0.184", "licence", "Microsoft.Compute", "Compute"),
    "licence.rhel": (_LICENCE, "Red Hat Enterprise Linux", "4 vCPU VM License", "1 Hour", "0.0576", "licence", "Microsoft.Compute", "Compute"),
    "licence.suse": (_LICENCE, "SUSE Linux Enterprise Server Standard", "3-4 vCPU VM License", "1 Hour", "0.0575", "licence", "Microsoft.Compute", "Compute"),
    "licence.sql": (_LICENCE, "SQL Server Standard", "1-4 vCPU VM License", "1 Hour", "0.4", "licence", "Microsoft.Compute", "Compute"),
    "sql.compute": (_DB, "Single/Elastic Pool General Purpose - Compute Gen5", "vCore", "1 Hour", "0.1522", "compute", "Microsoft.Sql", "Databases"),
    "sql.licence": (_DB, "Single/Elastic Pool General Purpose - SQL License", "vCore", "1 Hour", "0.099966", "licence", "Microsoft.Sql", "Databases"),
    "logs.ingestion": ("Log Analytics", "", "Analytics Logs Data Ingestion", "1 GB", "2.3", "transfer", "Microsoft.OperationalInsights", "Management and Governance"),
    "logs.tier100": ("Log Analytics", "", "100 GB Commitment Tier Capacity Reservation", "1/Day", "196", "transfer", "Microsoft.OperationalInsights", "Management and Governance"),
    "blob.hot": ("Storage", "Tiered Block Blob", "Hot LRS Data Stored", "1 GB/Month", "0.0184", "storage", "Microsoft.Storage", "Storage"),
    "blob.cool": ("Storage", "Tiered Block Blob", "Cool LRS Data Stored", "1 GB/Month", "0.01", "storage", "Microsoft.Storage", "Storage"),
    "blob.cold": ("Storage", "Tiered Block Blob", "Cold LRS Data Stored", "1 GB/Month", "0.0036", "storage", "Microsoft.Storage", "Storage"),
    "blob.reads": ("Storage", "Tiered Block Blob", "Hot Read Operations", "10K", "0.004", "requests", "Microsoft.Storage", "Storage"),
    "blob.writes": ("Storage", "Tiered Block Blob", "Hot LRS Write Operations", "10K", "0.05", "requests", "Microsoft.Storage", "Storage"),
    "snapshot": ("Storage", "Standard HDD Managed Disks", "LRS Snapshots", "1 GB/Month", "0.05", "storage", "Microsoft.Compute", "Storage"),
    "backup": ("Backup", "", "GRS Data Stored", "1 GB/Month", "0.0448", "storage", "Microsoft.RecoveryServices", "Storage"),
    "disk": ("Storage", "Premium SSD Managed Disks", "P15 LRS Disk", "1/Month", "38.02", "storage", "Microsoft.Compute", "Storage"),
    "synapse": ("Azure Synapse Analytics", "Dedicated SQL Pool", "100 DWUs", "1 Hour", "1.2", "compute", "Microsoft.Synapse", "Analytics"),
    "databricks.all": ("Azure Databricks", "", "Premium All-purpose Compute DBU", "1 Hour", "0.55", "compute", "Microsoft.Databricks", "Analytics"),
    "databricks.jobs": ("Azure Databricks", "", "Premium Jobs Compute DBU", "1 Hour", "0.3", "compute", "Microsoft.Databricks", "Analytics"),
}  # fmt: skip
#: Linux price an hour, series as the subcategory names it, virtual processors.
_SIZES = {
    "D2s v3": ("0.096", "Dsv3 Series", 2),
    "D4s v3": ("0.192", "Dsv3 Series", 4),
    "D2s v5": ("0.096", "Dsv5 Series", 2),
    "D4s v5": ("0.192", "Dsv5 Series", 4),
    "D8s v5": ("0.384", "Dsv5 Series", 8),
    "E4s v5": ("0.252", "Esv5 Series", 4),
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
    category, sub, name, unit, price, component, consumed, family = _TABLE[key]
    native = {"MeterSubCategory": sub, "ConsumedService": consumed, "ServiceFamily": family}
    return Meter("azure", category, name, unit, Decimal(price), component, native)


def count_vcpus(size: str) -> int:
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
