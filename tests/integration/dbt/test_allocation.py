"""Who bears which cost, against figures worked out by hand."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cli.commands.run import CommandError
from cli.commands.statement import print_statement
from cli.output.tables import Format
from cloudcost.installation import Installation
from tests.integration.dbt.charges import PLAN, RESERVATION, aws_row
from tests.integration.dbt.warehouse import Row, Warehouse

pytestmark = pytest.mark.timeout(1200)

D = Decimal
JANUARY, FEBRUARY = "2025-01-01", "2025-02-01"
MARTS = ("fct_cost_allocated_daily", "fct_tag_coverage", "fct_statement_monthly")

ALLOCATION: dict[str, Any] = {
    "team": {
        "tag_keys": ["owner", "team"],
        "aliases": {"payments": ["Pay", "pay-team"]},
        "rules": [
            {"name": "tax", "value": "Finance", "when": {"charge_category": "Tax"}},
            {"name": "never_reached", "value": "wrong", "when": {"charge_category": {"in": ["nothing", "tax"]}}},
            {
                "name": "network", "value": "platform",
                "when": {"service": {"prefix": "virtual "}, "usage_type": {"contains": "'NAT'"}},
            },
        ],
        "accounts": {"ACC-1": "search"},
    },
    "product": {"rules": [{"name": "shop", "value": "shop", "when": {"team": "payments"}}], "default": "none"},
    "cost_center": {"precedence": ["account"], "accounts": {"acc-1": "cc-7"}},
    "splits": [
        {"name": "platform", "scope": {"team": "platform"}},
        {
            "name": "finance", "scope": {"team": {"equals": "finance"}}, "method": "fixed",
            "shares": {"payments": "33.3333333333", "search": "66.6666666667"},
        },
        {
            "name": "zones", "dimension": "environment", "scope": {"team": "platform"}, "method": "even",
            "targets": ["dev", "prod", "test"],
        },
    ],
}  # fmt: skip


def charge(cost: str, account: str = "acc-2", currency: str = "USD", **more: Any) -> Row:
    """A FOCUS charge of 7 January whose four costs are the same."""
    measures = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
    return {
        "provider_name": "Oracle", "billing_account_id": "B-1", "billing_currency": currency, "sub_account_id": account,
        "charge_category": "Usage", "service_name": "Compute", "charge_period_start": "2025-01-07 00:00:00",
        **dict.fromkeys(measures, cost), **more,
    }  # fmt: skip


def deliver(
    warehouse: Warehouse, source: str, rows: Sequence[Row], period: str = JANUARY, delivery: str = "d1"
) -> None:
    totals = {
        (currency, measure): sum(D(row[measure]) for row in rows if row["billing_currency"] == currency)
        for currency in {row["billing_currency"] for row in rows}
        for measure in ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
    }
    warehouse.deliver("focus", rows, source_name=source, billing_period=period, totals=totals, delivery_id=delivery)


def node(node_id: str, kind: str, cost: str, **more: Any) -> Row:
    """An hour of an instance, billed in Swiss francs as nothing else here is."""
    return aws_row(
        kind, cost, line_item_currency_code="CHF", line_item_resource_id=node_id,
        line_item_usage_type="BoxUsage:m5.large", **more,
    )  # fmt: skip


def split(node_id: str, container: str, used: str, unused: str, tags: str | None = None, **more: Any) -> Row:
    """A row of split cost allocation data: what it repeats of its node's costs must count nowhere."""
    operation = "ECSTask-EC2" if ":ecs:" in container else "EKSPod-EC2"
    return aws_row(
        "Usage", None, line_item_currency_code="CHF", line_item_resource_id=container, line_item_operation=operation,
        line_item_usage_type="EKS-EC2-vCPU-Hours", pricing_public_on_demand_cost="7", reservation_effective_cost="7",
        split_line_item_parent_resource_id=node_id, split_line_item_split_cost=used,
        split_line_item_unused_cost=unused, resource_tags=tags, **more,
    )  # fmt: skip


def pod(namespace: str, number: int) -> str:
    return f"arn:aws:eks:eu-central-2:222222222222:pod/Prod/{namespace}/pod-{number}/uid-{number}"


#: i-1 costs 0.6 + 0.4, of which 0.72 is given away; its traffic is not AWS's to split.
#: i-2 has a reservation, i-3 a plan.
NODE_ROWS: list[Row] = [
    node("i-1", "Usage", "0.6", resource_tags='{"team":"servers"}', pricing_public_on_demand_cost="0.7"),
    node("i-1", "Usage", "0.4", resource_tags='{"team":"servers"}', pricing_public_on_demand_cost="0.5"),
    aws_row(
        "Usage", "6", line_item_net_unblended_cost="5", line_item_currency_code="CHF", line_item_resource_id="i-1",
        line_item_usage_type="DataTransfer-Out-Bytes", resource_tags='{"team":"servers"}',
    ),
    split("i-1", pod("shop", 1), "0.2", "0.04", '{"Team":"web","aws:eks:namespace":"shop"}'),
    split("i-1", pod("shop", 2), "0.3", "0.06", '{"team":"web","aws:eks:deployment":"cart"}'),
    split("i-1", pod("kube-system", 3), "0.1", "0.02"),
    node("i-2", "DiscountedUsage", "0", reservation_effective_cost="0.3", pricing_public_on_demand_cost="0.5",
         reservation_reservation_a_r_n=RESERVATION),
    split("i-2", pod("till", 4), "0.3", "0", '{"team":"till"}', split_line_item_net_split_cost="0.24",
          line_item_line_item_type="DiscountedUsage"),
    split("i-2", pod("shop", 5), "0.15", "0", '{"team":"web"}', split_line_item_net_split_cost="0.12",
          line_item_line_item_type="DiscountedUsage"),
    node("i-3", "SavingsPlanCoveredUsage", "0.2", savings_plan_savings_plan_effective_cost="0.15",
         savings_plan_savings_plan_a_r_n=PLAN),
    node("i-3", "SavingsPlanNegation", "-0.2", savings_plan_savings_plan_a_r_n=PLAN),
    split("i-3", "arn:aws:ecs:eu-central-2:222222222222:task/Jobs/a1b2", "0.1", "0.05",
          '{"team":"works","aws:ecs:serviceName":"Nightly"}'),
    split("i-9", pod("lost", 6), "3", "1", '{"team":"vanished"}'),
]  # fmt: skip
NODE_TOTALS = {"billed_cost": "6", "effective_cost": "6.45", "list_cost": "7.9", "contracted_cost": "6.7"}


@pytest.fixture(scope="module")
def allocated(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Two sources and two currencies in January; only to be read."""
    warehouse = Warehouse.create(tmp_path_factory.mktemp("allocation"))
    warehouse.configure(allocation=ALLOCATION)
    deliver(
        warehouse,
        "one",
        [
            charge("3", tags='{"Owner": "PAY", "team": "search"}'),
            charge("1", tags='{"owner": "", "user:Team": "pay-team"}'),
            charge("8", "acc-1"),
            charge("-2", "acc-1", charge_category="Credit"),
            charge("6", tags='{"team": "platform"}'),
            charge("0.000000000001", charge_category="Tax", currency="EUR"),
            charge("5", charge_category="Tax"),
            charge("7"),
            charge("4", currency="EUR", service_name="Virtual Network", sku_meter="Gateway 'nat' hour"),
        ],
    )
    deliver(warehouse, "two", [charge("10", tags='{"team": "search"}')])
    totals = {("CHF", measure): total for measure, total in NODE_TOTALS.items()}
    warehouse.deliver("aws_cur2", NODE_ROWS, source_name="nodes", billing_period=JANUARY, totals=totals)
    assert warehouse.dbt("build", "--exclude", "test_type:unit").success
    return warehouse


def read_teams(warehouse: Warehouse, where: str = "billing_currency <> 'CHF'") -> list[tuple[Any, ...]]:
    return warehouse.rows(
        f"""select source_name, billing_currency, team, team_basis, allocation_kind, rule_name, sum(billed_cost)
        from marts.fct_cost_allocated_daily
        where {where} and (allocation_dimension is null or allocation_dimension = 'team')
        group by 1, 2, 3, 4, 5, 6 order by 1, 2, 5, 3, 4, 6"""
    )


def test_each_charge_has_one_owner_and_shared_cost_is_moved(allocated: Warehouse) -> None:
    # own cost in January and USD: payments 4, search 8 - 2 + 10 = 16; platform and finance are shared themselves
    assert read_teams(allocated) == [
        ("one", "EUR", "finance", "rule", "direct", None, D("0.000000000001")),
        ("one", "EUR", "platform", "rule", "direct", None, D(4)),
        # a third of the smallest unit is nothing: the largest target has it; nobody bears EUR of the platform
        ("one", "EUR", "payments", "split", "shared in", "finance", D(0)),
        ("one", "EUR", "search", "split", "shared in", "finance", D("0.000000000001")),
        ("one", "EUR", "finance", "rule", "shared out", "finance", D("-0.000000000001")),
        ("one", "USD", "finance", "rule", "direct", None, D(5)),
        ("one", "USD", "payments", "tag", "direct", None, D(4)),
        ("one", "USD", "platform", "tag", "direct", None, D(6)),
        ("one", "USD", "search", "account", "direct", None, D(6)),
        ("one", "USD", "unallocated", "default", "direct", None, D(7)),
        ("one", "USD", "payments", "split", "shared in", "finance", D("1.666666666665")),
        ("one", "USD", "payments", "split", "shared in", "platform", D("1.2")),
        ("one", "USD", "search", "split", "shared in", "finance", D("3.333333333335")),
        ("one", "USD", "search", "split", "shared in", "platform", D("4.8")),
        ("one", "USD", "finance", "rule", "shared out", "finance", D(-5)),
        ("one", "USD", "platform", "tag", "shared out", "platform", D(-6)),
        ("two", "USD", "search", "tag", "direct", None, D(10)),
    ]


def test_what_a_cloud_splits_goes_from_nodes_to_their_pods_and_tasks(allocated: Warehouse) -> None:
    rows = allocated.rows(
        """select team, sum(billed_cost), sum(effective_cost), sum(list_cost), sum(line_item_count)
        from marts.fct_cost_allocated_daily where billing_currency = 'CHF' group by 1 order by 1"""
    )
    # web: 0.6 of i-1 and a third of i-2, which is 0.3 and 0.5; kube-system is untagged and stays with the node
    assert rows == [
        ("servers", D("5.4"), D("5.4"), D("6.48"), 3),
        ("till", D(0), D("0.2"), D("0.333333333333"), 1),
        ("unallocated", D(0), D(0), D(0), 3),
        ("vanished", D(0), D(0), D(0), 1),
        ("web", D("0.6"), D("0.7"), D("0.886666666667"), 3),
        ("works", D(0), D("0.15"), D("0.2"), 1),
    ]
    billed = "select sum(billed_cost), sum(effective_cost) from marts.fct_cost_daily where billing_currency = 'CHF'"
    assert allocated.rows(billed) == [(D(6), D("6.45"))]
    assert allocated.rows(
        "select distinct is_reconciled from marts.fct_reconciliation where source_name = 'nodes'"
    ) == [(True,)]


def test_containers_are_shown_by_cluster_namespace_and_workload(allocated: Warehouse) -> None:
    rows = allocated.rows(
        """select cluster_name, namespace, workload_name, node_id, sum(split_billed_cost), sum(split_effective_cost),
            sum(unused_cost) from marts.fct_container_cost_daily group by 1, 2, 3, 4 order by 4, 1, 2, 3 nulls first"""
    )
    assert rows == [
        ("Prod", "kube-system", None, "i-1", D("0.12"), D("0.12"), D("0.02")),
        ("Prod", "shop", None, "i-1", D("0.24"), D("0.24"), D("0.04")),
        ("Prod", "shop", "cart", "i-1", D("0.36"), D("0.36"), D("0.06")),
        ("Prod", "shop", None, "i-2", D(0), D("0.1"), D(0)),
        ("Prod", "till", None, "i-2", D(0), D("0.2"), D(0)),
        ("Jobs", None, "nightly", "i-3", D(0), D("0.15"), D("0.05")),
    ]


def test_dimensions_are_independent(allocated: Warehouse) -> None:
    rows = allocated.rows(
        """select environment, environment_basis, allocation_kind, sum(billed_cost) from marts.fct_cost_allocated_daily
        where billing_currency = 'USD' and coalesce(allocation_dimension, 'environment') = 'environment'
        group by 1, 2, 3 order by 3, 1"""
    )
    assert rows == [
        ("unallocated", "default", "direct", D(38)),
        # a third is 0.333333333333: the last bears what that leaves over
        ("dev", "split", "shared in", D("1.999999999998")),
        ("prod", "split", "shared in", D("1.999999999998")),
        ("test", "split", "shared in", D("2.000000000004")),
        ("unallocated", "default", "shared out", D(-6)),
    ]
    rows = allocated.rows(
        """select product, product_basis, cost_center, cost_center_basis, sum(billed_cost)
        from marts.fct_cost_allocated_daily where allocation_kind = 'direct' and billing_currency <> 'CHF'
        group by 1, 2, 3, 4 order by 1, 3"""
    )
    # the condition `team: payments` means the tag after aliases, not what an account or a split gives
    assert rows == [
        ("none", "default", "cc-7", "account", D(6)),
        ("none", "default", "unallocated", "default", D("32.000000000001")),
        ("shop", "rule", "unallocated", "default", D(4)),
    ]


def test_coverage_is_told_by_cost_and_by_rows(allocated: Warehouse) -> None:
    rows = allocated.rows(
        """select basis, sum(billed_cost), sum(line_item_count) from marts.fct_tag_coverage
        where dimension = 'team' and billing_currency = 'USD' group by 1 order by 1"""
    )
    assert rows == [("account", D(6), 2), ("default", D(7), 1), ("rule", D(5), 1), ("tag", D(20), 4)]


def test_a_statement_adds_up(allocated: Warehouse) -> None:
    rows = allocated.rows(
        """select team, direct_billed_cost, credit_billed_cost, shared_in_billed_cost, shared_out_billed_cost,
            billed_cost, effective_cost, is_reconciled
        from marts.fct_statement_monthly where source_name = 'one' and billing_currency = 'USD' order by 1"""
    )
    assert rows == [
        ("finance", D(5), D(0), D(0), D(-5), D(0), D(0), True),
        ("payments", D(4), D(0), D("2.866666666665"), D(0), D("6.866666666665"), D("6.866666666665"), True),
        ("platform", D(6), D(0), D(0), D(-6), D(0), D(0), True),
        ("search", D(8), D(-2), D("8.133333333335"), D(0), D("14.133333333335"), D("14.133333333335"), True),
        ("unallocated", D(7), D(0), D(0), D(0), D(7), D(7), True),
    ]


def copy_of(warehouse: Warehouse, directory: Path) -> Warehouse:
    warehouse.execute("checkpoint")
    (directory / warehouse.path.name).write_bytes(warehouse.path.read_bytes())
    return Warehouse(directory / warehouse.path.name)


def test_a_delivery_of_one_source_moves_the_shares_of_all_in_its_month(allocated: Warehouse, tmp_path: Path) -> None:
    warehouse = copy_of(allocated, tmp_path)
    deliver(warehouse, "two", [charge("26", tags='{"team": "payments"}')], delivery="d2")
    assert warehouse.dbt(
        "build", "--select", "int_focus__unioned+", "--exclude", "test_type:unit", changed_periods=[("two", JANUARY)]
    ).success
    # payments 4 + 26 = 30, search 6: five sixths and one sixth of 6, in the largest target's favour
    assert read_teams(warehouse, "rule_name = 'platform' and allocation_kind = 'shared in'") == [
        ("one", "USD", "payments", "split", "shared in", "platform", D("4.999999999998")),
        ("one", "USD", "search", "split", "shared in", "platform", D("1.000000000002")),
    ]
    assert warehouse.rows("select count(*) from intermediate.int_periods__pending") == [(0,)]


def test_other_rules_rebuild_what_is_allocated_and_nothing_else(allocated: Warehouse, tmp_path: Path) -> None:
    warehouse = copy_of(allocated, tmp_path)
    warehouse.mark("int_focus__unioned", "x_team", "mark")
    warehouse.configure(allocation={"team": {"tag_keys": ["owner", "team"], "default": "nobody"}})
    behind = warehouse.rows(
        "select source_name, cast(billing_period as varchar), models from intermediate.int_periods__pending"
    )
    assert sorted(behind) == [(source, JANUARY, ",".join(sorted(MARTS))) for source in ("nodes", "one", "two")]
    assert warehouse.dbt(
        "build", "--select", "int_focus__unioned+", "--exclude", "test_type:unit",
        changed_periods=[(source, JANUARY) for source, _, _ in behind],
        models={(source, JANUARY): models.split(",") for source, _, models in behind},
    ).success  # fmt: skip
    assert warehouse.rows("select count(*) from intermediate.int_focus__unioned where x_team <> 'mark'") == [(0,)]
    # 8 - 2 + 5 + 7 of USD and 4.000000000001 of EUR carry no tag
    rows = warehouse.rows(
        "select billing_currency, sum(billed_cost) from marts.fct_statement_monthly "
        "where team = 'nobody' and billing_currency <> 'CHF' group by 1 order by 1"
    )
    assert rows == [("EUR", D("4.000000000001")), ("USD", D(18))]
    assert warehouse.rows("select count(*) from intermediate.int_periods__pending") == [(0,)]


def test_a_statement_is_printed(allocated: Warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    config = allocated.path.parent / "cloudcost.yaml"
    config.write_text("sources: [{name: one, location: exports}]")
    installation = Installation(config, allocated.path.parent)
    print_statement(installation, "Payments", "2025-01", "effective_cost", Format.CSV)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "one,EUR,0,0,0,0,0,reconciled,2025-01-07",
        "one,USD,4,0,2.866666666665,0,6.866666666665,reconciled,2025-01-07",
    ]
    print_statement(installation, "Payments", "2025-01", "effective_cost", Format.CSV, dt.date(2025, 1, 31))
    assert capsys.readouterr().out.splitlines()[2] == (
        'one,USD,4,0,2.866666666665,0,6.866666666665,"open, reconciled so far",2025-01-07'
    )
    print_statement(installation, "Payments", "2025-01", "effective_cost", Format.TABLE, dt.date(2025, 1, 31))
    assert "Payments, 2025-01: the month is open; its costs are known through 2025-01-07" in capsys.readouterr().out
    with pytest.raises(CommandError, match="team 'nobody' has no cost in 2025-01; there are finance, payments, "):
        print_statement(installation, "nobody", "2025-01", "billed_cost", Format.CSV)
