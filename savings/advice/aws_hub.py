"""Rows of AWS' Cost Optimization Hub as Data Exports writes them (table COST_OPTIMIZATION_RECOMMENDATIONS).

Columns: https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cor-columns.html. Values of action_type,
implementation_effort and current_resource_type: the API model of cost-optimization-hub in botocore, November 2026. An
export may leave columns out: the action, the type and the account are needed, the rest is empty then.
"""

from collections.abc import Iterable, Mapping

from ingestion.locations import open_location
from savings.advice.advice import A_MONTH, UNKNOWN, Advice, Kind, Left, Reading
from savings.advice.cells import CellError, Cells
from savings.advice.check import Asking
from savings.advice.exports import find_refreshes, read_rows
from savings.advice.settings import AdviceSettings, check_age
from savings.check import Component, Effort, Lever
from savings.findings import RiskClass

#: What part of a resource the Hub reckons with, by type.
PARTS: Mapping[str, Component] = {
    "Ec2Instance": "compute", "Ec2AutoScalingGroup": "compute", "LambdaFunction": "compute", "EcsService": "compute",
    "RdsDbInstance": "compute", "ElastiCacheCluster": "compute", "MemoryDBCluster": "compute",
    "DocumentDBCluster": "compute", "WorkSpaces": "compute", "SageMakerEndpoint": "compute",
    "EbsVolume": "storage", "RdsDbInstanceStorage": "storage", "AuroraDbClusterStorage": "storage",
    "NatGateway": "all", "DynamoDBTable": "all",
}  # fmt: skip
#: Stopping ends what the machine costs, not its disks.
LEVERS: Mapping[str, Lever] = {
    "Rightsize": "rightsize",
    "ScaleIn": "rightsize",
    "Stop": "delete",
    "Delete": "delete",
    "Upgrade": "migrate",
    "MigrateToGraviton": "migrate",
}
PURCHASES = frozenset({"PurchaseSavingsPlans", "PurchaseReservedInstances"})
POOLS: Mapping[str, tuple[str, ...]] = {
    "ComputeSavingsPlans": ("compute",),
    "Ec2InstanceSavingsPlans": ("compute",),
    "Ec2ReservedInstances": ("compute",),
    "SageMakerSavingsPlans": ("machine_learning",),
    "RdsReservedInstances": ("database", "reserved_rds"),
    "DynamoDbReservedCapacity": ("database",),
    "ElastiCacheReservedInstances": ("reserved_cache",),
    "OpenSearchReservedInstances": ("reserved_search",),
    "RedshiftReservedInstances": ("reserved_redshift",),
}
EFFORTS: Mapping[str, Effort] = {
    "VeryLow": "low",
    "Low": "low",
    "Medium": "medium",
    "High": "high",
    "VeryHigh": "high",
}
#: The column that tells this table from others that lie in the same bucket.
_TABLE = "recommendation_id"
_SAVING, _COST = "estimated_monthly_savings_{}_discount", "estimated_monthly_cost_{}_discount"


def read_hub(settings: AdviceSettings, asking: Asking) -> Reading:
    """What the newest refresh of each export at the location advises."""
    location = open_location(settings.location or "", asking.base_dir, settings.access, asking.environ)
    found = Reading()
    for refresh in find_refreshes(location, _TABLE):
        read = read_all(read_rows(location, refresh))
        newest = max((one.refreshed_at for one in read.advice if one.refreshed_at), default=refresh.written_at)
        check_age(settings, newest, asking.now())
        found += read
    return found


def read_all(rows: Iterable[Cells]) -> Reading:
    """The rows that can be read, each piece of advice once, and why the others cannot."""
    advice: dict[str, Advice] = {}
    left: list[Left] = []
    for row in rows:
        try:
            one = read_row(row)
        except CellError as error:
            left.append(_leave(row, error))
        else:
            advice.setdefault(one.native_id or one.place, one)
    return Reading(list(advice.values()), left)


def read_row(row: Cells) -> Advice:
    """One row; `CellError` names what cannot be read in it."""
    action, native_type = row.text("action_type", is_needed=True), row.text("current_resource_type", is_needed=True)
    kind, can_go_back = find_kind(action, native_type), row.flag("rollback_possible")
    amounts = {
        (name, when): row.amount(text.format(when))
        for name, text in (("saving", _SAVING), ("cost", _COST))
        for when in ("after", "before")
    }
    is_net = amounts["saving", "after"] is not None
    saving = amounts["saving", "after"] if is_net else amounts["saving", "before"]
    return Advice(
        place=row.place,
        provider="aws",
        account_id=row.text("account_id", is_needed=True),
        region=row.text("region"),
        resource_id=row.text("resource_arn") or row.text("resource_id"),
        native_id=row.text(_TABLE),
        native_action=action,
        native_type=native_type,
        words=f"{action} {native_type}",
        summary=row.text("current_resource_summary"),
        target=row.text("recommended_resource_summary") or row.text("recommended_resource_type"),
        kind=kind,
        effort=EFFORTS.get(row.text("implementation_effort"), "medium"),
        risk_class=find_risk(kind, can_go_back),
        currency=row.currency("currency_code"),
        period=A_MONTH,
        saving=saving,
        basis="own" if is_net else "list",
        saves_all=kind.lever == "delete",
        cost=amounts["cost", "after"] if is_net else amounts["cost", "before"],
        saving_before_discounts=amounts["saving", "before"],
        cost_before_discounts=amounts["cost", "before"],
        needs_restart=row.flag("restart_needed"),
        look_back_days=row.whole("recommendation_lookback_period_in_days"),
        refreshed_at=row.moment("last_refresh_timestamp"),
        pools=POOLS.get(native_type, ()),
    )


def find_kind(action: str, native_type: str) -> Kind:
    """What is advised, in our words; `UNKNOWN` for what the Hub did not advise yet when this was written."""
    if action in PURCHASES:
        return Kind("commit", "compute")
    if action not in LEVERS or native_type not in PARTS:
        return UNKNOWN
    if native_type == "AuroraDbClusterStorage":
        return Kind("setting", "storage")  # I/O-Optimized or Standard
    return Kind(LEVERS[action], "all" if action == "Delete" else PARTS[native_type])


def find_risk(kind: Kind, can_go_back: bool | None) -> RiskClass:
    """How what is advised is undone, as far as the provider says."""
    if kind.lever == "none":
        return "none"
    if kind.lever == "commit" or kind == Kind("delete", "all"):
        return "one_way"
    return "reversible" if can_go_back else "compensable"


def _leave(row: Cells, error: CellError) -> Left:
    """A row that is not taken, with what it says of where it belongs."""
    told = {name: row.get(name) for name in ("account_id", "region", "resource_arn")}
    account, region, resource = (value.strip() if isinstance(value, str) else "" for value in told.values())
    return Left(str(error), account, region, resource or row.place)
