"""Google Cloud: Compute Engine, Cloud SQL and networking."""

from collections.abc import Sequence
from decimal import Decimal

from simulator.opportunities.estate.items import ORDINARY, Setting
from simulator.opportunities.estate.makers.maker import DAY_HOURS, Maker
from simulator.opportunities.estate.native import gcp as native
from simulator.opportunities.estate.native.facts import Facts
from simulator.opportunities.estate.usual import Loads, in_use
from simulator.opportunities.findings import Saving, share_of
from simulator.opportunities.fleet import gcp
from simulator.opportunities.fleet.plans import cover
from simulator.opportunities.lines import Charge, Resource, by_day, stored
from simulator.opportunities.prices.gcp import gcp_meter

#: A disk has so many gibibytes.
DISK_SIZE = 1000
_COVERED = Decimal("0.72")
_GIBIBYTES_PER_CORE = Decimal("3.75")


class GcpMaker(Maker):
    """Processors and memory are billed one by one, so that half a machine costs half."""

    cloud = "gcp"

    def _bill(self, resource: Resource, key: str, charges: list[Charge]) -> None:
        gcp.bill(self.company, resource, key, charges)

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
        resource = self.estate.add("gcp", "vm", setting)
        days = self.estate.days(setting)
        days = days[:-since] if since else days
        gcp.add_machine(self.company, "n2", cores, hours=by_day(days, DAY_HOURS), resource=resource)
        kind = f"n2-standard-{cores}"
        facts = self.say(self.facts(resource, setting, owner), since, state=state, sku=kind, size=cores)
        native.put_machine(self.estate, resource, facts)
        if state == "running":
            self._measure(resource, "machine", loads, setting, cores * 4)
        return resource

    def covered_machine(self, cores: int, loads: Loads) -> Resource:
        resource = self.estate.add("gcp", "vm")
        prices = [
            (self.company.price(gcp_meter(f"c3.{part}", resource.region), resource.region)[0] * _COVERED).quantize(
                Decimal("1e-6")
            )
            for part in ("core", "ram")
        ]
        daily = (prices[0] * cores + prices[1] * cores * _GIBIBYTES_PER_CORE) * 24
        plan = cover(self.company, "gcp", daily, "estate", region=resource.region)
        gcp.add_machine(self.company, "c3", cores, resource=resource, payment="plan", commitment=plan.id)
        for line, price in zip(self.company.lines[-2:], prices, strict=True):
            line.covered_price = price
        facts = self.say(self.facts(resource, ORDINARY), state="running", sku=f"c3-standard-{cores}", size=cores)
        native.put_machine(self.estate, resource, facts)
        self._measure(resource, "machine", loads, ORDINARY)
        return resource

    def one_size_down(self, resource: Resource, cores: int) -> Saving:
        return share_of(resource, "compute", Decimal("0.5"))

    def disk(
        self,
        host: Resource | None,
        setting: Setting = ORDINARY,
        loads: Loads | None = None,
        state: str = "",
        since: int = 0,
        image: str = "",
    ) -> Resource:
        resource = self.estate.add("gcp", "disk", setting)
        self._bill(resource, "disk.balanced", stored(self.estate.days(setting), Decimal(DISK_SIZE)))
        facts = self.say(
            self.facts(resource, setting), since, sku="pd-balanced", size=DISK_SIZE, target=host, source=image
        )
        facts = self.say(facts, since, state=state or ("attached" if host else "detached"))
        native.put_disk(self.estate, resource, facts)
        if host:
            self._measure(resource, "disk", loads, setting)
        return resource

    def snapshot(
        self, gigabytes: int, source: str, setting: Setting = ORDINARY, used_by: Sequence[str] = ()
    ) -> Resource:
        resource = self.estate.add("gcp", "snapshot", setting)
        self._bill(resource, "snapshot", stored(self.estate.days(setting), Decimal(gigabytes)))
        facts = self.say(self.facts(resource, setting), size=gigabytes, source=source, used_by=tuple(used_by))
        native.put_snapshot(self.estate, resource, facts)
        return resource

    def image(self, gigabytes: int, setting: Setting = ORDINARY, use: str = "") -> tuple[Resource, Resource]:
        """An image, which is billed under itself; ``use`` is machine or template."""
        resource = self.estate.add("gcp", "image", setting)
        self._bill(resource, "image", stored(self.estate.days(setting), Decimal(gigabytes)))
        used_by: list[str] = []
        if use == "template":
            template = self.estate.add("gcp", "template", Setting(beside=resource))
            native.put_template(self.estate, template, Facts(self.estate.made_on(template), source=resource.id))
            used_by = [template.id]
        elif use == "machine":
            host = self.machine(2, setting=Setting(beside=resource))
            used_by = [self.disk(host, Setting(beside=resource), image=resource.id).id]
        facts = self.say(self.facts(resource, setting), size=gigabytes, used_by=tuple(used_by))
        native.put_image(self.estate, resource, facts)
        return resource, resource

    def address(self, host: Resource | None, setting: Setting = ORDINARY) -> Resource:
        resource = self.estate.add("gcp", "address", setting)
        key = "address.used" if host else "address.idle"
        self._bill(resource, key, by_day(self.estate.days(setting), DAY_HOURS))
        facts = self.say(self.facts(resource, setting), state="attached" if host else "detached", target=host)
        native.put_address(self.estate, resource, facts)
        return resource

    def balancer(self, targets: Sequence[str], loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        resource = self.estate.add("gcp", "rule", setting)
        days = self.estate.days(setting)
        self._bill(resource, "rule.hours", by_day(days, DAY_HOURS))
        # what scanners of the internet send it is billed as data
        self._bill(resource, "rule.data", by_day(days, Decimal("0.002") if loads else Decimal(40)))
        native.put_balancer(self.estate, resource, self.say(self.facts(resource, setting), used_by=tuple(targets)))
        self._measure(resource, "balancer", loads, setting)
        return resource

    def nat(self, routes: Sequence[str], loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        resource = self.estate.add("gcp", "nat", setting)
        days = self.estate.days(setting)
        self._bill(resource, "nat.hours", by_day(days, DAY_HOURS))
        self._bill(resource, "nat.data", by_day(days, Decimal("0.004") if loads else Decimal(25)))
        native.put_nat(self.estate, resource, self.say(self.facts(resource, setting), used_by=tuple(routes)))
        self._measure(resource, "nat", loads, setting)
        return resource

    def database(self, cores: int, loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        resource = self.estate.add("gcp", "sql", setting)
        days = self.estate.days(setting)
        self._bill(resource, "sql.zonal.core", by_day(days, DAY_HOURS * cores))
        self._bill(resource, "sql.zonal.ram", by_day(days, DAY_HOURS * cores * 4))
        self._bill(resource, "sql.zonal.disk", stored(days, Decimal(100)))
        facts = self.say(self.facts(resource, setting), state="running", sku=f"db-custom-{cores}-{cores * 4096}")
        native.put_database(self.estate, resource, self.say(facts, size=cores))
        self._measure(resource, "database", loads, setting)
        return resource

    def group(self, count: int, minimum: int, loads: Loads, sizes: Loads) -> tuple[Resource, list[Resource]]:
        group = self.estate.add("gcp", "group")
        setting = Setting(owner="scaling", beside=group)
        members = [self.machine(2, loads, setting, owner=group.id) for _ in range(count)]
        facts = self.say(
            self.facts(group, ORDINARY), sku="n2-standard-2", size=count, minimum=minimum, maximum=count * 3,
            used_by=[one.id for one in members],
        )  # fmt: skip
        native.put_group(self.estate, group, facts)
        self.estate.measure(group, "group", sizes)
        return group, members

    def cluster_of(self, resource: Resource) -> str:
        return f"//container.googleapis.com/projects/{resource.account.id}/locations/{resource.region}/clusters/main"

    def list_owner(self, resource: Resource) -> str:
        group = self.estate.add("gcp", "group", Setting(beside=resource))
        facts = Facts(self.estate.made_on(group), minimum=1, maximum=6, size=1, used_by=[resource.id])
        native.put_group(self.estate, group, facts)
        self.estate.measure(group, "group", in_use(group.id, "group"))
        return group.id
