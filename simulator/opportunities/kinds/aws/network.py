"""AWS networking that nobody uses: gateways, balancers, endpoints, streams, addresses and web ACLs."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.findings import whole
from simulator.opportunities.fleet.aws_services import DAY_HOURS, add, bill, store
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource, by_day

#: Kind of resource: usage type of its hours and the operation; usage type of what goes through it, and how much a day.
_TYPES = {
    "nat": ("NatGateway-Hours", "", "NatGateway-Bytes", "14.5"),
    "alb": ("LoadBalancerUsage", "LoadBalancing:Application", "LCUUsage", "9.25"),
    "nlb": ("LoadBalancerUsage", "LoadBalancing:Network", "LCUUsage", "4.5"),
    "clb": ("LoadBalancerUsage", "LoadBalancing", "DataProcessing-Bytes", "21.75"),
    "endpoint": ("VpcEndpoint-Hours", "", "VpcEndpoint-Bytes", "3.125"),
    "attachment": ("TransitGateway-Hours", "", "TransitGateway-Bytes", "11.5"),
    "stream": ("Storage-ShardHour", "", "PutRequestPayloadUnits", "420000"),
}
_CHECK = "hours_only_idle"


def _add(company: Company, kind: str, hours: Decimal = DAY_HOURS, days: int | None = None) -> Resource:
    resource = add(company, kind)
    usage, operation, _, _ = _TYPES[kind]
    # a load balancer or endpoint is in two or three zones; streams have shards
    count = company.draw.randint(2, 6) if kind in ("stream", "endpoint") else 1
    bill(company, resource, usage, by_day(company.days(days), hours * count), operation)
    return resource


def _traffic(company: Company, resource: Resource, kind: str, days: int | None = None) -> None:
    _, operation, usage, quantity = _TYPES[kind]
    factor = company.jitter(30)
    bill(company, resource, usage, by_day(company.days(days), Decimal(quantity) * factor), operation)


def _plant(company: Company) -> None:
    for kind in _TYPES:
        for _ in range(company.draw.randint(1, 2)):
            resource = _add(company, kind)
            company.waste(_CHECK, resource, "all", whole(resource), kind)
    vpn = add(company, "vpn")
    bill(company, vpn, "VPN-Usage-Hours:ipsec.1", DAY_HOURS)
    company.waste(_CHECK, vpn, "all", whole(vpn), "vpn")


def _mislead(company: Company) -> None:
    for kind in _TYPES:
        used = _add(company, kind)
        _traffic(company, used, kind)
        company.decoy(_CHECK, used, "something goes through it every day")
        if kind == "nat":
            company.tolerate("nat_processing", used, "how much is much is a matter of the limit")
    young = _add(company, "nat", days=12)
    company.decoy(_CHECK, young, "288 hours are too few to judge")
    short = _add(company, "alb", Decimal("9.5"))
    company.decoy(_CHECK, short, "it is there for fewer than 300 hours of the last 31 days")
    rare = _add(company, "nat")
    bill(company, rare, "NatGateway-Bytes", by_day(company.days()[-9:-8], Decimal("0.4")))
    company.decoy(_CHECK, rare, "it has one line of bytes in the last 31 days")


HOURS_ONLY_IDLE = Kind(_CHECK, "aws", _plant, _mislead)


def _plant_addresses(company: Company) -> None:
    for usage in ("PublicIPv4:IdleAddress", "PublicIPv4:IdleAddress", "ElasticIP:IdleAddress"):
        for _ in range(company.draw.randint(1, 3)):
            resource = add(company, "address")
            bill(company, resource, usage, DAY_HOURS)
            company.waste("idle_address", resource, "all", whole(resource), usage)


def _mislead_addresses(company: Company) -> None:
    for _ in range(3):
        used = add(company, "address")
        bill(company, used, "PublicIPv4:InUseAddress", DAY_HOURS)
        company.decoy("idle_address", used, "it is in use")
    short = add(company, "address")
    bill(company, short, "PublicIPv4:IdleAddress", by_day(company.days(6), DAY_HOURS))
    company.decoy("idle_address", short, "144 idle hours in 14 days are fewer than 168")
    sometimes = add(company, "address")
    bill(company, sometimes, "PublicIPv4:IdleAddress", Decimal(8))
    bill(company, sometimes, "PublicIPv4:InUseAddress", Decimal(16))
    company.decoy("idle_address", sometimes, "it is idle for eight hours a day: 112 hours in 14 days")


IDLE_ADDRESS = Kind("idle_address", "aws", _plant_addresses, _mislead_addresses)


def _acl(company: Company, requests: str = "", shield: bool = False) -> Resource:
    resource = add(company, "acl")
    for usage, count in (("WebACLV2", 1), ("RuleV2", company.draw.randint(2, 9))):
        store(company, resource, usage, count)  # fees of a month are billed like storage: by the day's share of it
    if requests:
        bill(company, resource, "RequestV2-Tier1", Decimal(requests) * company.jitter(30))
    if shield:
        bill(company, resource, "ShieldProtected-WebACLV2", Decimal(1))
    return resource


def _plant_acls(company: Company) -> None:
    for _ in range(company.draw.randint(3, 5)):
        resource = _acl(company)
        company.waste("waf_idle", resource, "all", whole(resource), "web ACL without requests")


def _mislead_acls(company: Company) -> None:
    for _ in range(2):
        company.decoy("waf_idle", _acl(company, requests="240000"), "requests pass through it")
    company.decoy("waf_idle", _acl(company, shield=True), "Shield Advanced protects it")


WAF_IDLE = Kind("waf_idle", "aws", _plant_acls, _mislead_acls)
