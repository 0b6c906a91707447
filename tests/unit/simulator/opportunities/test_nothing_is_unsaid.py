"""Whatever on the bill looks like waste by the plain rule of a check is named: as waste, as decoy or as either."""

import re
from collections import defaultdict
from collections.abc import Callable

import pytest

from simulator.opportunities.lines import Line
from tests.unit.simulator.opportunities.conftest import Built

Lines = list[Line]


def _uses(pattern: str) -> Callable[[Line], bool]:
    return lambda line: re.search(pattern, line.meter.usage) is not None


def _any(pattern: str, payment: str = "on_demand") -> Callable[[Lines], bool]:
    return lambda lines: any(_uses(pattern)(line) and line.payment == payment for line in lines)


def _without(pattern: str, other: str) -> Callable[[Lines], bool]:
    return lambda lines: _any(pattern)(lines) and not _any(other)(lines)


def _sub(pattern: str) -> Callable[[Lines], bool]:
    return lambda lines: any(re.search(pattern, line.meter.native["MeterSubCategory"]) for line in lines)


def _is_linux(lines: Lines) -> bool:
    return all(line.meter.native.get("operating_system", "Linux") == "Linux" for line in lines)


def _in_nonprod(lines: Lines) -> bool:
    hours = sum(1 for line in lines for charge in line.charges if (charge.end - charge.start).days == 0)
    return lines[0].resource.environment != "prod" and hours >= 160 * 4 and lines[0].payment == "on_demand"


_X86 = r"^BoxUsage:(?![a-z0-9]*g\.)"
RULES: dict[tuple[str, str], Callable[[Lines], bool]] = {
    ("aws", "gp2_to_gp3"): _any(r"VolumeUsage\.gp2"),
    ("aws", "io1_io2_low_iops"): _any(r"VolumeUsage\.(piops|io2)"),
    ("aws", "magnetic_standard"): _any(r"VolumeUsage$"),
    ("aws", "snapshot_over_1y"): lambda lines: _any("SnapshotUsage")(lines)
    and min(c.start for line in lines for c in line.charges).year < 2026,
    ("aws", "hours_only_idle"): _without(
        r"^(NatGateway-Hours|LoadBalancerUsage|VpcEndpoint-Hours|TransitGateway-Hours|VPN-Usage|Storage-ShardHour)",
        r"Bytes|LCU|Payload",
    ),
    ("aws", "idle_address"): _any("IdleAddress"),
    ("aws", "graviton"): lambda lines: _any(_X86)(lines) and _is_linux(lines),
    ("aws", "amd"): lambda lines: _any(r"^BoxUsage:[a-z]\d\w*\.")(lines) and not _any(r"^BoxUsage:\w\d[ag]\.")(lines),
    ("aws", "previous_generation"): _any(r"^BoxUsage:(m[34]|c[34]|r[34]|t2)\."),
    ("aws", "nonprod_always_on"): _in_nonprod,
    ("gcp", "nonprod_always_on"): _in_nonprod,
    ("aws", "unused_capacity_reservation"): _any("UnusedBox"),
    ("aws", "valkey"): lambda lines: any(line.meter.native.get("cache_engine") == "Redis" for line in lines),
    ("aws", "graviton_cache"): _any(r"^NodeUsage:cache\.(m5|r5|m4|r4|t3)"),
    ("aws", "rds_graviton"): _any(r"^(InstanceUsage|Multi-AZUsage):db\.(m4|m5|r4|r5|t2|t3)"),
    ("aws", "rds_previous_generation"): _any(r"^(InstanceUsage|Multi-AZUsage):db\.(m4|r4|t2)"),
    ("aws", "rds_multi_az_nonprod"): lambda lines: _any("^Multi-AZUsage")(lines) and _in_nonprod(lines),
    ("aws", "extended_support_db"): _any("^ExtendedSupport:"),
    ("aws", "extended_support_eks"): _any("extendedSupport$"),
    ("aws", "lambda_arm"): _any("^Lambda-GB-Second$"),
    ("aws", "provisioned_concurrency_idle"): _without("^Lambda-Provisioned-Concurrency", "^Lambda-Provisioned-GB"),
    ("aws", "fargate_arm"): _any("^Fargate-(vCPU|GB)"),
    ("aws", "standard_only_unused"): lambda lines: lines[0].meter.service == "AmazonS3"
    and _without("^TimedStorage-ByteHrs$", "^Requests")(lines),
    ("aws", "vault_to_deep_archive"): lambda lines: lines[0].meter.service == "AmazonGlacier",
    ("aws", "waf_idle"): _without("^WebACLV2", "^RequestV2"),
    ("aws", "duplicate_management_trail"): _any("^PaidEvents"),
    ("aws", "notebook_always_on"): _any("^Notebk"),
    ("aws", "burstable_surplus"): _any("^CPUCredits"),
    ("azure", "ahb_windows_missing"): _sub("Windows"),
    ("azure", "ahb_sql_missing"): _sub("SQL License|SQL Server"),
    ("azure", "ahb_linux_missing"): _sub("^(Red Hat|SUSE)"),
    ("azure", "hours_only_idle"): _without(
        r"^(Standard Included|Standard Gateway|Standard Deployment|Standard Fixed|VpnGw|Standard Private)",
        r"Data|Capacity Units",
    ),
    ("azure", "retiring_series"): _any("v2/|F4/"),
    ("azure", "hot_without_reads"): _without("^Hot LRS Data", "^Hot Read"),
    ("azure", "always_on_pool"): lambda lines: _any("DWU")(lines) and lines[0].resource.environment != "prod",
    ("gcp", "n1_old"): _any("^N1 Predefined"),
    ("gcp", "idle_address"): _any("^Static Ip"),
    ("gcp", "hours_only_idle"): _without("Nat Gateway Uptime|Forwarding Rule|VPN Tunnel", "Data"),
    ("gcp", "standard_no_ops"): _without("^Standard Storage", "Class [AB]"),
    ("gcp", "ha_nonprod"): lambda lines: _any("Regional - ")(lines) and lines[0].resource.environment != "prod",
    ("gcp", "extended_support"): _any("(?i)extended support"),
    ("gcp", "log_storage"): _any("^Log Retention"),
}  # fmt: skip


@pytest.mark.parametrize(("cloud", "check"), RULES)
def test_what_looks_like_waste_is_named(companies: list[Built], cloud: str, check: str) -> None:
    seen = 0
    for built in companies:
        by_resource: dict[str, Lines] = defaultdict(list)
        for line in built.company.lines:
            if line.resource.cloud == cloud:
                by_resource[line.resource.id].append(line)
        named = {w.planted.resource.id for w in built.found if w.planted.check == check}
        named |= {d.resource.id for d in built.company.decoys + built.company.tolerated if d.check == check}
        suspects = [name for name, lines in by_resource.items() if RULES[cloud, check](lines)]
        seen += len(suspects)
        assert [name for name in suspects if name not in named] == []
    assert seen
