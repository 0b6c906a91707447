"""AWS: EC2, Elastic Block Store, load balancers, NAT gateways, RDS, ElastiCache, Lambda and log groups."""

from collections.abc import Sequence
from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.calendar import days_in_month
from simulator.opportunities.estate.items import ORDINARY, Setting
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.maker import DAY_HOURS, Maker
from simulator.opportunities.estate.native import aws as native
from simulator.opportunities.estate.native.facts import Facts
from simulator.opportunities.estate.usual import GIB, Loads, in_use, operations
from simulator.opportunities.findings import Saving
from simulator.opportunities.fleet import aws_services
from simulator.opportunities.fleet.aws_instances import add_instance
from simulator.opportunities.fleet.plans import reserve
from simulator.opportunities.lines import Resource, by_day, stored
from simulator.opportunities.prices.aws_compute import cache_meter, database_meter, instance_meter

_SIZES = {2: "large", 4: "xlarge", 8: "2xlarge"}
#: A disk has so many gigabytes on AWS, which are billed one by one.
DISK_SIZE = 1000
_FUNCTION_SECONDS = Decimal("0.36")


class AwsMaker(Maker):
    """`family` is what machines are made of: with an older one the bill tells of them too."""

    cloud = "aws"
    family = "m7g"

    def machine(
        self,
        cores: int,
        loads: Loads | None = None,
        setting: Setting = ORDINARY,
        state: str = "running",
        since: int = 0,
        owner: str = "",
        family: str = "",
        image: str = "",
    ) -> Resource:
        kind = f"{family or self.family}.{_SIZES[cores]}"
        resource = self.estate.add("aws", "vm", setting)
        days = self.estate.days(setting)
        days = days[:-since] if since else days
        add_instance(self.company, kind, charges=lambda _: by_day(days, DAY_HOURS), resource=resource)
        facts = self.say(self.facts(resource, setting, owner), since, state=state, sku=kind, size=cores)
        native.put_machine(self.estate, resource, self.say(facts, since, source=image))
        if state == "running":
            self._measure(resource, "machine", loads, setting, cores * 4)
        return resource

    def _measure(
        self, resource: Resource, family: str, loads: Loads | None, setting: Setting, gibibytes: float = 8
    ) -> None:
        self.estate.measure(resource, family, loads or in_use(resource.id, family), setting, gibibytes=gibibytes)

    def covered_machine(self, cores: int, loads: Loads) -> Resource:
        kind = f"{self.family}.{_SIZES[cores]}"
        resource = self.estate.add("aws", "vm")
        meter = instance_meter(kind, resource.region)
        price = (self.company.price(meter, resource.region)[0] * Decimal("0.6")).quantize(Decimal("0.0001"))
        bought = reserve(self.company, resource, kind, price * 24)
        charges = by_day(self.company.days(), DAY_HOURS)
        self.company.bill(resource, meter, charges, payment="reserved", commitment=bought.id, covered_price=price)
        facts = self.say(self.facts(resource, ORDINARY), state="running", sku=kind, size=cores)
        native.put_machine(self.estate, resource, facts)
        self._measure(resource, "machine", loads, ORDINARY, cores * 4)
        return resource

    def one_size_down(self, resource: Resource, cores: int) -> Saving:
        def saving(bill: Bill) -> Decimal:
            (line,) = bill.lines(resource, lambda line: line.meter.component == "compute")
            size = line.meter.usage.replace(_SIZES[cores], _SIZES[cores // 2])
            kind, region = size.partition(":")[2], resource.region
            smaller = instance_meter(kind, region)
            if kind.startswith("db."):
                smaller = database_meter(kind, region)
            elif kind.startswith("cache."):
                smaller = cache_meter(kind, region, "Valkey")
            return bill.monthly(resource, "compute") * (1 - bill.price_ratio(line, smaller))

        return saving

    def disk(
        self,
        host: Resource | None,
        setting: Setting = ORDINARY,
        loads: Loads | None = None,
        state: str = "",
        since: int = 0,
        iops: int = 0,
    ) -> Resource:
        resource = self.estate.add("aws", "volume", setting)
        days = self.estate.days(setting)
        aws_services.bill(self.company, resource, "EBS:VolumeUsage.gp3", stored(days, Decimal(DISK_SIZE)))
        if iops:
            aws_services.bill(self.company, resource, "EBS:VolumeP-IOPS.gp3", stored(days, Decimal(iops)))
        facts = self.say(self.facts(resource, setting), since, sku="gp3", size=DISK_SIZE, iops=3000 + iops, target=host)
        facts = self.say(facts, since, state=state or ("attached" if host else "detached"))
        native.put_disk(self.estate, resource, facts)
        if host:
            self._measure(resource, "disk", loads or operations(0.7 * (3000 + iops) * 3600, 16384), setting)
        return resource

    def snapshot(
        self, gigabytes: int, source: str, setting: Setting = ORDINARY, used_by: Sequence[str] = ()
    ) -> Resource:
        resource = self.estate.add("aws", "snapshot", setting)
        charges = stored(self.estate.days(setting), Decimal(gigabytes))
        aws_services.bill(self.company, resource, "EBS:SnapshotUsage", charges)
        facts = self.say(self.facts(resource, setting), size=gigabytes, source=source, used_by=tuple(used_by))
        native.put_snapshot(self.estate, resource, facts)
        return resource

    def image(self, gigabytes: int, setting: Setting = ORDINARY, use: str = "") -> tuple[Resource, Resource]:
        """An image, and the snapshot that it is billed under; ``use`` is machine or template."""
        resource = self.estate.add("aws", "image", setting)
        beside = Setting(setting.days, setting.is_protected, is_locked=setting.is_locked, beside=resource)
        snapshot = self.snapshot(gigabytes, f"vol-0{self.company.token()}", beside, [resource.id])
        used_by = [self.template(resource)] if use == "template" else []
        if use == "machine":
            used_by = [self.machine(2, setting=Setting(beside=resource), image=resource.id).id]
        facts = self.say(self.facts(resource, setting), size=gigabytes, used_by=tuple(used_by))
        native.put_image(self.estate, resource, facts, [snapshot])
        return resource, snapshot

    def address(self, host: Resource | None, setting: Setting = ORDINARY) -> Resource:
        resource = self.estate.add("aws", "address", setting)
        usage = "PublicIPv4:InUseAddress" if host else "PublicIPv4:IdleAddress"
        aws_services.bill(self.company, resource, usage, by_day(self.estate.days(setting), DAY_HOURS))
        facts = self.say(self.facts(resource, setting), state="attached" if host else "detached", target=host)
        native.put_address(self.estate, resource, facts)
        return resource

    def balancer(self, targets: Sequence[str], loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        resource = self.estate.add("aws", "alb", setting)
        days = self.estate.days(setting)
        aws_services.bill(self.company, resource, "LoadBalancerUsage", by_day(days, DAY_HOURS))
        # what scanners of the internet send it is enough for a line of capacity units
        aws_services.bill(self.company, resource, "LCUUsage", by_day(days, Decimal("0.02") if loads else Decimal(18)))
        native.put_balancer(self.estate, resource, self.say(self.facts(resource, setting), used_by=tuple(targets)))
        self._measure(resource, "balancer", loads, setting)
        return resource

    def nat(self, routes: Sequence[str], loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        resource = self.estate.add("aws", "nat", setting)
        days = self.estate.days(setting)
        aws_services.bill(self.company, resource, "NatGateway-Hours", by_day(days, DAY_HOURS))
        aws_services.bill(
            self.company, resource, "NatGateway-Bytes", by_day(days, Decimal("0.003") if loads else Decimal(20))
        )
        native.put_nat(self.estate, resource, self.say(self.facts(resource, setting), used_by=tuple(routes)))
        self._measure(resource, "nat", loads, setting)
        return resource

    def database(self, cores: int, loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        resource = self.estate.add("aws", "database", setting)
        kind, days = f"db.m7g.{_SIZES[cores]}", self.estate.days(setting)
        self.company.bill(resource, database_meter(kind, resource.region), by_day(days, DAY_HOURS))
        aws_services.bill(self.company, resource, "RDS:GP3-Storage", stored(days, Decimal(200)))
        facts = self.say(self.facts(resource, setting), state="running", sku=kind, size=200)
        native.put_database(self.estate, resource, facts)
        self._measure(resource, "database", loads, setting, cores * 4)
        return resource

    def cache(self, cores: int, loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        """A node of ElastiCache."""
        resource = self.estate.add("aws", "cache", setting)
        kind = f"cache.r7g.{_SIZES[cores]}"
        charges = by_day(self.estate.days(setting), DAY_HOURS)
        self.company.bill(resource, cache_meter(kind, resource.region, "Valkey"), charges)
        native.put_cache(self.estate, resource, self.say(self.facts(resource, setting), state="running", sku=kind))
        self._measure(resource, "cache", loads, setting)
        return resource

    def function(self, megabytes: int, loads: Loads, invocations: int, setting: Setting = ORDINARY) -> Resource:
        """A function that is called so often a day and takes a third of a second each time."""
        resource = self.estate.add("aws", "function", setting)
        days = self.estate.days(setting)
        seconds = Decimal(invocations) * _FUNCTION_SECONDS * megabytes / 1024
        aws_services.bill(self.company, resource, "Lambda-GB-Second-ARM", by_day(days, seconds))
        aws_services.bill(self.company, resource, "Request", by_day(days, Decimal(invocations)))
        facts = self.say(self.facts(resource, setting), sku="arm64", size=megabytes)
        native.put_function(self.estate, resource, facts)
        self._measure(resource, "function", loads, setting)
        return resource

    def log(self, gigabytes: int, retention: int | None, setting: Setting = ORDINARY) -> Resource:
        """A log group of so many gigabytes to which as much comes as goes, or for ever a little."""
        resource = self.estate.add("aws", "logs", setting)
        days = self.estate.days(setting)
        charges = by_day(days, lambda date: Decimal(gigabytes) / days_in_month(date))
        aws_services.bill(self.company, resource, "Logs:TimedStorage-ByteHrs", charges)
        facts = self.say(self.facts(resource, setting), size=gigabytes, retention=retention)
        age = retention or (self.company.calendar.as_of - facts.created).days + 1
        aws_services.bill(self.company, resource, "Logs:DataProcessing-Bytes", by_day(days, Decimal(gigabytes) / age))
        native.put_log(self.estate, resource, facts)
        hourly = gigabytes * GIB / age / 24
        self.estate.measure(resource, "log", {"bytes": Load(hourly * 0.6, hourly * 1.4)}, setting)
        return resource

    def template(self, image: Resource) -> str:
        """List a launch template that starts machines of an image; its id."""
        resource = self.estate.add("aws", "template", Setting(beside=image))
        native.put_template(self.estate, resource, Facts(self.estate.made_on(resource), source=image.id))
        return resource.id

    def group(self, count: int, minimum: int, loads: Loads, sizes: Loads) -> tuple[Resource, list[Resource]]:
        group = self.estate.add("aws", "group")
        setting = Setting(owner="scaling", beside=group)
        members = [self.machine(2, loads, setting, owner=group.id) for _ in range(count)]
        facts = self.say(
            self.facts(group, ORDINARY), sku=f"{self.family}.large", size=count, minimum=minimum, maximum=count * 3,
            used_by=[one.id for one in members],
        )  # fmt: skip
        native.put_group(self.estate, group, facts)
        self.estate.measure(group, "group", sizes)
        return group, members

    def cluster_of(self, resource: Resource) -> str:
        return f"arn:aws:eks:{resource.region}:{resource.account.id}:cluster/main"

    def list_owner(self, resource: Resource) -> str:
        group = self.estate.add("aws", "group", Setting(beside=resource))
        facts = Facts(self.estate.made_on(group), minimum=1, maximum=6, size=1, used_by=[resource.id])
        native.put_group(self.estate, group, facts)
        self.estate.measure(group, "group", in_use(group.id, "group"))
        return group.id
