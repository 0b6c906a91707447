"""Azure: virtual machines, managed disks, networking, Azure SQL, scale sets, App Service plans and workspaces."""

from collections.abc import Sequence
from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.estate.items import ORDINARY, Setting
from simulator.opportunities.estate.makers.maker import DAY_HOURS, Maker
from simulator.opportunities.estate.native import azure as native
from simulator.opportunities.estate.native.facts import Facts
from simulator.opportunities.estate.usual import Loads, in_use, operations
from simulator.opportunities.findings import Saving, share_of
from simulator.opportunities.fleet import azure
from simulator.opportunities.fleet.plans import cover
from simulator.opportunities.lines import Charge, Resource, by_day, stored
from simulator.opportunities.prices.azure import machine_meter

_SIZES = {2: "D2s v5", 4: "D4s v5", 8: "D8s v5"}
#: P30 and E30 are of this size, in GiB, and P30 does so many operations a second.
DISK_SIZE, DISK_IOPS = 1024, 5000
_RESERVED = Decimal("0.62")


def _sku(cores: int) -> str:
    return f"Standard_{_SIZES[cores].replace(' ', '_')}"


class AzureMaker(Maker):
    """A machine that is stopped from within is `allocated`: it is billed all the same."""

    cloud = "azure"

    def _bill(self, resource: Resource, key: str, charges: list[Charge]) -> None:
        azure.bill(self.company, resource, key, charges)

    def _measure(
        self, resource: Resource, family: str, loads: Loads | None, setting: Setting, gibibytes: float = 8
    ) -> None:
        self.estate.measure(resource, family, loads or in_use(resource.id, family), setting, gibibytes=gibibytes)

    def machine(
        self,
        cores: int,
        loads: Loads | None = None,
        setting: Setting = ORDINARY,
        state: str = "running",
        since: int = 0,
        owner: str = "",
    ) -> Resource:
        resource = self.estate.add("azure", "vm", setting)
        days = self.estate.days(setting)
        days = days[:-since] if since and state == "stopped" else days
        azure.add_machine(self.company, _SIZES[cores], charges=lambda _: by_day(days, DAY_HOURS), resource=resource)
        facts = self.say(self.facts(resource, setting, owner), since, state=state, sku=_sku(cores), size=cores)
        native.put_machine(self.estate, resource, facts)
        if state == "running":
            self._measure(resource, "machine", loads, setting, cores * 4)
        return resource

    def covered_machine(self, cores: int, loads: Loads) -> Resource:
        resource = self.estate.add("azure", "vm")
        size, region = _SIZES[cores], resource.region
        price = (self.company.price(machine_meter(size), region)[0] * _RESERVED).quantize(Decimal("0.0001"))
        plan = cover(self.company, "azure", price * 24, "estate", size=size, region=region)
        azure.add_machine(
            self.company, size, resource=resource, payment="plan", commitment=plan.id, covered_price=price
        )
        facts = self.say(self.facts(resource, ORDINARY), state="running", sku=_sku(cores), size=cores)
        native.put_machine(self.estate, resource, facts)
        self._measure(resource, "machine", loads, ORDINARY, cores * 4)
        return resource

    def one_size_down(self, resource: Resource, cores: int) -> Saving:
        if "/databases/" in resource.id:  # virtual cores are billed one by one
            return share_of(resource, "compute", Decimal("0.5"))

        def saving(bill: Bill) -> Decimal:
            (line,) = bill.lines(resource, lambda line: line.meter.component == "compute")
            smaller = machine_meter(_SIZES[cores // 2])
            return bill.monthly(resource, "compute") * (1 - bill.price_ratio(line, smaller))

        return saving

    def disk(
        self,
        host: Resource | None,
        setting: Setting = ORDINARY,
        loads: Loads | None = None,
        state: str = "",
        since: int = 0,
    ) -> Resource:
        resource = self.estate.add("azure", "disk", setting)
        self._bill(resource, "disk.p30", stored(self.estate.days(setting), Decimal(1)))
        facts = self.say(
            self.facts(resource, setting), since, sku="Premium_LRS P30", size=DISK_SIZE, iops=DISK_IOPS, target=host
        )
        facts = self.say(facts, since, state=state or ("attached" if host else "detached"))
        native.put_disk(self.estate, resource, facts)
        if host:
            self._measure(resource, "disk", loads or operations(0.7 * DISK_IOPS * 3600, 16384), setting)
        return resource

    def snapshot(
        self,
        gigabytes: int,
        source: str,
        setting: Setting = ORDINARY,
        used_by: Sequence[str] = (),
        sku: str = "Standard_LRS",
    ) -> Resource:
        resource = self.estate.add("azure", "snapshot", setting)
        key = "snapshot.premium" if sku == "Premium_LRS" else "snapshot"
        self._bill(resource, key, stored(self.estate.days(setting), Decimal(gigabytes)))
        facts = self.say(self.facts(resource, setting), sku=sku, size=gigabytes, source=source, used_by=tuple(used_by))
        native.put_snapshot(self.estate, resource, facts)
        return resource

    def address(self, host: Resource | None, setting: Setting = ORDINARY) -> Resource:
        resource = self.estate.add("azure", "address", setting)
        self._bill(resource, "address", by_day(self.estate.days(setting), DAY_HOURS))
        facts = self.say(self.facts(resource, setting), state="attached" if host else "detached", target=host)
        native.put_address(self.estate, resource, facts)
        if host:
            self._measure(resource, "address", None, setting)
        return resource

    def balancer(self, targets: Sequence[str], loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        return self._front("lb", "balancer", Decimal(30), targets, loads, setting)

    def gateway(self, targets: Sequence[str], loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        """An application gateway."""
        return self._front("gateway", "gateway", DAY_HOURS, targets, loads, setting)

    def _front(
        self, key: str, family: str, amount: Decimal, targets: Sequence[str], loads: Loads | None, setting: Setting
    ) -> Resource:
        resource = self.estate.add("azure", key, setting)
        days = self.estate.days(setting)
        self._bill(resource, f"{key}.hours", by_day(days, DAY_HOURS))
        if targets:
            self._bill(resource, f"{key}.data", by_day(days, amount))
        native.put_balancer(self.estate, resource, self.say(self.facts(resource, setting), used_by=tuple(targets)))
        self._measure(resource, family, loads, setting)
        return resource

    def nat(self, routes: Sequence[str], loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        resource = self.estate.add("azure", "nat", setting)
        days = self.estate.days(setting)
        self._bill(resource, "nat.hours", by_day(days, DAY_HOURS))
        if routes:
            self._bill(resource, "nat.data", by_day(days, Decimal("0.004") if loads else Decimal(25)))
        native.put_nat(self.estate, resource, self.say(self.facts(resource, setting), used_by=tuple(routes)))
        self._measure(resource, "nat", loads, setting)
        return resource

    def database(self, cores: int, loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        resource = self.estate.add("azure", "sql", setting)
        self._bill(resource, "sql.compute", by_day(self.estate.days(setting), DAY_HOURS * cores))
        facts = self.say(self.facts(resource, setting), state="running", sku=f"GP_Gen5_{cores}", size=cores)
        native.put_database(self.estate, resource, facts)
        self._measure(resource, "database", loads, setting)
        return resource

    def group(self, count: int, minimum: int, loads: Loads, sizes: Loads) -> tuple[Resource, list[Resource]]:
        group = self.estate.add("azure", "group")
        azure.add_machine(
            self.company, "D2s v5", charges=lambda _: by_day(self.company.days(), DAY_HOURS * count), resource=group
        )
        facts = self.say(self.facts(group, ORDINARY), sku=_sku(2), size=count, minimum=minimum, maximum=count * 3)
        native.put_group(self.estate, group, facts)
        self.estate.measure(group, "group", loads)
        return group, [group]

    def plan(
        self, workers: int, sites: Sequence[str], loads: Loads | None = None, setting: Setting = ORDINARY
    ) -> Resource:
        """An App Service plan of so many workers of two processors."""
        resource = self.estate.add("azure", "plan", setting)
        self._bill(resource, "plan.p1v3", by_day(self.estate.days(setting), DAY_HOURS * workers))
        facts = self.say(self.facts(resource, setting), sku="P1v3", size=workers, used_by=tuple(sites))
        native.put_plan(self.estate, resource, facts)
        self._measure(resource, "plan", loads, setting)
        return resource

    def log(self, gigabytes: int, retention: int, setting: Setting = ORDINARY) -> Resource:
        """A workspace that keeps so many gigabytes beyond the days that are free."""
        resource = self.estate.add("azure", "logs", setting)
        days = self.estate.days(setting)
        if gigabytes:
            self._bill(resource, "logs.retention", stored(days, Decimal(gigabytes)))
        self._bill(resource, "logs.ingestion", by_day(days, Decimal(6)))
        facts = self.say(self.facts(resource, setting), size=gigabytes, retention=retention)
        native.put_log(self.estate, resource, facts)
        return resource

    def cluster_of(self, resource: Resource) -> str:
        prefix = resource.id.partition("/providers/")[0]
        return f"{prefix}/providers/Microsoft.ContainerService/managedClusters/main"

    def list_owner(self, resource: Resource) -> str:
        group = self.estate.add("azure", "group", Setting(beside=resource))
        facts = Facts(self.estate.made_on(group), minimum=1, maximum=6, size=1, sku=_sku(2), used_by=[resource.id])
        native.put_group(self.estate, group, facts)
        self.estate.measure(group, "group", in_use(group.id, "group"))
        return group.id
