"""Rows of Google's recommendations export, which BigQuery Data Transfer writes a partition of every day.

Schema: https://docs.cloud.google.com/recommender/docs/bq-export/export-recommendations-to-bq; recommenders:
https://docs.cloud.google.com/recommender/docs/recommenders (both read in November 2026). The table does not say what a
resource costs now; of what is saved it says the amount, at list prices or at the customer's own.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from core.errors import SourceError
from ingestion.locations.bigquery import BigQueryLocation
from savings.advice.advice import A_MONTH, UNKNOWN, Advice, Kind, Left, Period, PriceBasis, Reading
from savings.advice.cells import CellError, Cells
from savings.advice.check import Asking
from savings.advice.settings import AdviceSettings
from savings.check import Effort
from savings.findings import RiskClass

_USAGE_COMMITMENTS = "google.compute.commitment.UsageCommitmentRecommender"
#: What each recommender advises. Stopping a machine ends its cost, not that of its disks.
KINDS: Mapping[str, Kind] = {
    "google.compute.instance.IdleResourceRecommender": Kind("delete", "compute"),
    "google.compute.instance.MachineTypeRecommender": Kind("rightsize", "compute"),
    "google.compute.instanceGroupManager.MachineTypeRecommender": Kind("rightsize", "compute"),
    "google.compute.disk.IdleResourceRecommender": Kind("delete", "storage"),
    "google.compute.image.IdleResourceRecommender": Kind("delete", "storage"),
    "google.compute.address.IdleResourceRecommender": Kind("delete", "address"),
    "google.compute.IdleResourceRecommender": Kind("delete", "compute"),
    "google.compute.RightSizeResourceRecommender": Kind("rightsize", "compute"),
    "google.cloudsql.instance.IdleRecommender": Kind("delete", "compute"),
    "google.cloudsql.instance.OverprovisionedRecommender": Kind("rightsize", "compute"),
    "google.run.service.CostRecommender": Kind("setting", "compute"),
    _USAGE_COMMITMENTS: Kind("commit", "compute"),
    "google.cloudbilling.commitment.SpendBasedCommitmentRecommender": Kind("commit", "compute"),
    "google.bigquery.capacityCommitments.Recommender": Kind("commit", "requests"),
}
#: Recommendations that somebody can still follow; the others were carried out, failed or were dismissed.
OPEN_STATES = frozenset({"ACTIVE", "CLAIMED"})
_BASES: Mapping[str, PriceBasis] = {"LIST": "list", "CUSTOM": "own"}
_PROJECT = re.compile(r"/projects/([^/]+)")
_ZONE = re.compile(r"^([a-z]+-[a-z]+\d+)-[a-z]$")
_PROJECTION = "primary_impact.cost_projection"


def read_recommender(settings: AdviceSettings, asking: Asking) -> Reading:
    """What the newest day of the export advises to save cost."""
    from google.cloud.bigquery import ScalarQueryParameter

    location = BigQueryLocation(settings.location or "", access=settings.access.gcp, politeness=asking.politeness)
    partition = location.find_time_partition()
    if partition is None:
        raise SourceError(f"{location.uri} is not partitioned by day, as the recommendations export is")
    column, kind = partition
    # of a whole table only the days that may still count are read
    since = asking.now().date() - dt.timedelta(days=settings.stale_after_days)
    query = f"select max({column}) as newest from `{location.table}` where {column} >= @since"
    (answer,) = location.ask(query, [ScalarQueryParameter("since", kind, _as_kind(since, kind))])
    if answer["newest"] is None:
        raise SourceError(f"{location.uri} has no rows of the last {settings.stale_after_days} days")
    query = f"select * from `{location.table}` where {column} = @newest"
    rows = location.ask(query, [ScalarQueryParameter("newest", kind, answer["newest"])])
    name = location.table.rpartition(".")[2]
    return read_all(Cells(f"{name}, row {number:,}", row) for number, row in enumerate(rows, start=1))


def read_all(rows: Iterable[Cells]) -> Reading:
    """What is advised to save cost, each piece once, and why the rest cannot be taken."""
    advice: dict[str, Advice] = {}
    left: list[Left] = []
    for row in rows:
        try:
            if row.text("primary_impact.category") != "COST" or row.text("state").upper() not in OPEN_STATES:
                continue
            one = read_row(row)
        except CellError as error:
            left.append(_leave(row, str(error)))
        else:
            if one.saving is not None and one.saving <= 0:
                left.append(_leave(row, f"{row.place}: {one.words} saves nothing: it costs {-one.saving} more"))
            else:
                advice.setdefault(one.native_id, one)
    return Reading(list(advice.values()), left)


def read_row(row: Cells) -> Advice:
    """One row; `CellError` names what cannot be read in it."""
    recommender, subtype = row.text("recommender", is_needed=True), row.text("recommender_subtype")
    kind = KINDS.get(recommender, UNKNOWN)
    currency, saving, period = _read_saving(row)
    resource, others = _read_resources(row)
    return Advice(
        place=row.place,
        provider="gcp",
        account_id=_find_project(resource) or row.text("cloud_entity_id", is_needed=True),
        region=_find_region(row.text("location")),
        resource_id=resource,
        other_resources=others,
        native_id=row.text("name", is_needed=True),
        native_action=subtype,
        native_type=recommender,
        words=subtype or recommender,
        summary=row.text("description"),
        target="",
        kind=kind,
        effort=_EFFORTS.get(kind.lever, "medium"),
        risk_class=_find_risk(kind, subtype),
        currency=currency,
        period=period,
        saving=saving,
        basis=_BASES.get(row.text(f"{_PROJECTION}.pricing_type_name").upper(), "unknown"),
        # a snapshot that is kept costs something
        saves_all=kind.lever == "delete" and not subtype.startswith("SNAPSHOT"),
        refreshed_at=row.moment("last_refresh_time"),
        pools=("compute",) if recommender == _USAGE_COMMITMENTS else (),
    )


_EFFORTS: Mapping[str, Effort] = {"delete": "low", "setting": "low"}


def _read_saving(row: Cells) -> tuple[str, Decimal | None, Period]:
    """The currency, what is saved, and the time that it is of; amounts are negative where they save."""
    money = f"{_PROJECTION}.cost_in_local_currency"
    if not row.text(f"{money}.currency_code"):
        money = f"{_PROJECTION}.cost"
    if not row.text(f"{money}.currency_code"):
        return "", None, A_MONTH
    units, nanos = row.whole(f"{money}.units") or 0, row.whole(f"{money}.nanos") or 0
    if abs(nanos) >= 10**9 or units * nanos < 0:
        raise row.fault(f"{money}.nanos", "no billionths of an amount")
    seconds = row.whole(f"{_PROJECTION}.duration.seconds")
    if seconds is None or seconds <= 0:
        raise row.fault(f"{_PROJECTION}.duration.seconds", "no time that the amount is of")
    amount = Decimal(units) + Decimal(nanos).scaleb(-9)
    days = Decimal(seconds) / 86_400
    return row.currency(f"{money}.currency_code"), -amount, Period(days, f"in {days.normalize():f} days")


def _read_resources(row: Cells) -> tuple[str, tuple[str, ...]]:
    """The resource, where it is about one; what would be made (``$snapshot-name``) is none."""
    listed = row.get("target_resources")
    if listed is not None and not isinstance(listed, list | tuple):
        raise row.fault("target_resources", "no list")
    names = [str(one) for one in listed or () if one and "$" not in str(one)]
    return (names[0], ()) if len(names) == 1 else ("", tuple(names))


def _find_project(resource: str) -> str:
    match = _PROJECT.search(resource)
    return match[1] if match else ""


def _find_region(location: str) -> str:
    match = _ZONE.match(location)
    return match[1] if match else location


def _find_risk(kind: Kind, subtype: str) -> RiskClass:
    if kind.lever == "none":
        return "none"
    if kind.lever == "commit":
        return "one_way"
    if kind.lever == "delete" and kind.component != "compute":
        return "restorable" if subtype.startswith("SNAPSHOT") else "one_way"
    return "reversible"


def _as_kind(day: dt.date, kind: str) -> dt.date | dt.datetime:
    return day if kind == "DATE" else dt.datetime.combine(day, dt.time(), dt.UTC)


def _leave(row: Cells, reason: str) -> Left:
    """A row that is not taken, with what it says of where it belongs."""
    listed = row.get("target_resources")
    names = [one for one in listed if isinstance(one, str)] if isinstance(listed, list | tuple) else []
    resource = names[0] if names else row.place
    return Left(reason, _find_project(resource), "", resource)
