"""What the bill has of the resources that are advised about: their cost in 30 days, by part.

A provider names a resource in full (an ARN, an Azure id, a Google resource name); bills name it so too, or by the last
part of it, or beside an id of their own. Names are compared in any case. A full name decides; the last part counts
where only one resource of the account has it and nothing says that it is of another kind: a disk is often called like
its machine.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb

NOTHING = Decimal(0)
_LAST = re.compile(r"[^/:]+$")
#: Parts of a resource by their meters: what is priced by the month is stored, by the hour or second it computes.
_COSTS = r"""
create or replace temp table advice_bill as
with named as (
    select
        *,
        lower(resource_id) as full_name,
        lower(regexp_extract(resource_id, '[^/:]+$')) as last_name,
        lower(regexp_extract(coalesce(resource_name, ''), '[^/:]+$')) as given_name
    from usage_30d
    where resource_id is not null
)
select
    source_name, cloud, coalesce(account_id, '') as account_id, coalesce(region, '') as region, resource_id, currency,
    full_name, last_name, given_name,
    case
        when regexp_matches(coalesce(usage_type, ''), '(?i)backup') then 'backup'
        when regexp_matches(coalesce(usage_type, ''), '(?i)PublicIPv4|ElasticIP|IP Charge|IP Address') then 'address'
        when regexp_matches(coalesce(pricing_unit, consumed_unit, ''), '(?i)month|-mo$') then 'storage'
        when regexp_matches(coalesce(pricing_unit, consumed_unit, ''), '(?i)hour|hrs|second') then 'compute'
        else 'other'
    end as part,
    max(billing_period) as billing_period,
    max(resource_name) as resource_name,
    max_by(service_name, monthly_cost) as service_name,
    coalesce(sum(monthly_cost) filter (pricing_category is distinct from 'Committed'), 0) as cost,
    coalesce(sum(monthly_cost) filter (pricing_category = 'Committed'), 0) as covered,
    coalesce(sum(monthly_contracted_cost), 0) as contracted,
    coalesce(sum(monthly_list_cost), 0) as listed
from named
where (cloud, full_name) in (select (cloud, name) from advice_names)
    or (cloud, last_name) in (select (cloud, name) from advice_names)
    or (cloud, given_name) in (select (cloud, name) from advice_names)
group by all
"""
_ACCOUNTS = "select distinct cloud, account_id, coalesce(billing_account_id, '') from usage_30d where account_id <> ''"


@dataclass
class Part:
    """What a part of a resource comes to in 30 days.

    `cost` is paid on demand, `covered` what a commitment covers beside it, both effective; `contracted` and `listed`
    what all of it would cost without commitments, at the customer's prices and at those of the list.
    """

    cost: Decimal = NOTHING
    covered: Decimal = NOTHING
    contracted: Decimal = NOTHING
    listed: Decimal = NOTHING
    #: the region with the most cost
    regions: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, row: Mapping[str, Any]) -> None:
        """One more row of the bill."""
        self.cost += row["cost"]
        self.covered += row["covered"]
        self.contracted += row["contracted"]
        self.listed += row["listed"]
        self.regions[row["region"]] += row["cost"] + row["covered"]

    @property
    def region(self) -> str:
        """Where most of it is billed."""
        return max(self.regions, key=lambda name: (self.regions[name], name), default="")


@dataclass
class Billed:
    """A resource as the bill of one source has it."""

    source_name: str
    cloud: str
    account_id: str
    resource_id: str
    currency: str
    billing_period: dt.date
    names: frozenset[str]
    resource_name: str | None = None
    service_name: str | None = None
    rows: list[Mapping[str, Any]] = field(default_factory=list)

    def part(self, component: str) -> Part:
        """What a component comes to; `all` is everything."""
        found = Part()
        for row in self.rows:
            if component in ("all", row["part"]):
                found.add(row)
        return found


class Bill:
    """The resources of a bill that are advised about, found by name, and its accounts."""

    def __init__(self, resources: Iterable[Billed], accounts: Mapping[tuple[str, str], tuple[str, str]]) -> None:
        self._by_name: defaultdict[tuple[str, str], list[Billed]] = defaultdict(list)
        for one in resources:
            for name in one.names:
                self._by_name[one.cloud, name].append(one)
        self._accounts = accounts

    def find(self, cloud: str, account_id: str, resource_id: str) -> Billed | str:
        """The resource, or a sentence that says why it is not known."""
        full = resource_id.lower()
        found = [one for one in self._by_name[cloud, full] if one.resource_id.lower() == full]
        if not found:
            near = [one for one in self._by_name[cloud, last_part(full)] if may_be_same(resource_id, one.resource_id)]
            own = [one for one in near if one.account_id.lower() == account_id.lower()]
            # an account under another name, such as a project's number, says nothing
            found = own if (cloud, account_id.lower()) in self._accounts else own or near
        if not found:
            return "the bill does not have it, or no more"
        if len({(one.account_id, one.resource_id) for one in found}) > 1:
            return "the bill has several resources of this name"
        return max(found, key=lambda one: (one.billing_period, one.part("all").cost, one.source_name))

    def name_account(self, cloud: str, account_id: str) -> str:
        """The account as the bill writes it."""
        return self._accounts.get((cloud, account_id.lower()), (account_id, ""))[0]

    def find_payer(self, cloud: str, account_id: str) -> str:
        """The account that pays for this one; empty where the bill does not tell."""
        return self._accounts.get((cloud, account_id.lower()), ("", ""))[1]


def read_bill(evidence: duckdb.DuckDBPyConnection, wanted: Collection[tuple[str, str]]) -> Bill:
    """What the evidence has of these resources, each a cloud and its name there."""
    names = sorted({(cloud, name) for cloud, one in wanted for name in list_names(one)})
    evidence.execute("create or replace temp table advice_names (cloud varchar, name varchar)")
    if names:
        evidence.executemany("insert into advice_names values (?, ?)", [list(one) for one in names])
    evidence.execute(_COSTS)
    cursor = evidence.execute("select * from advice_bill order by all")
    columns = [column[0] for column in cursor.description]
    found: dict[tuple[str, ...], Billed] = {}
    for values in cursor.fetchall():
        row = dict(zip(columns, values, strict=True))
        key = (row["source_name"], row["cloud"], row["account_id"], row["resource_id"], row["currency"])
        one = found.get(key)
        if one is None:
            one = found[key] = Billed(*key, billing_period=row["billing_period"], names=frozenset())
        one.rows.append(row)
        one.billing_period = max(one.billing_period, row["billing_period"])
        one.names |= {row["full_name"], row["last_name"], row["given_name"]} - {""}
        one.resource_name = one.resource_name or row["resource_name"]
        one.service_name = one.service_name or row["service_name"]
    accounts = {(cloud, name.lower()): (name, payer) for cloud, name, payer in evidence.execute(_ACCOUNTS).fetchall()}
    return Bill(found.values(), accounts)


def list_names(resource_id: str) -> set[str]:
    """The names by which a bill may call a resource."""
    full = resource_id.lower()
    return {name for name in (full, last_part(full)) if name}


def last_part(name: str) -> str:
    """What stands behind the last slash or colon."""
    match = _LAST.search(name)
    return match[0] if match else ""


def may_be_same(one: str, other: str) -> bool:
    """Whether two names with the same last part may be of one resource.

    Two ARNs or two Azure ids are of two resources where they differ; two names of Google's may differ in how project
    and resource are called, by name or by number, and in nothing else.
    """
    one, other = one.lower(), other.lower()
    if one == other:
        return True
    if any(one.startswith(begin) and other.startswith(begin) for begin in ("arn:", "/subscriptions/")):
        return False
    if one.startswith("//") and other.startswith("//"):
        return _without_names(one) == _without_names(other)
    kinds = {name.split("/")[-2].rstrip("s") for name in (one, other) if "/" in name}
    return len(kinds) < 2


def _without_names(name: str) -> list[str]:
    """``//compute.googleapis.com/projects/1/zones/z/instances/2`` without project and last part, kinds in singular."""
    parts = name.strip("/").split("/")
    return [part.rstrip("s") for place, part in enumerate(parts[:-1]) if place == 0 or parts[place - 1] != "projects"]
