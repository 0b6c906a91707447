"""Assets raw/<source>: the deliveries of one source, landed and promoted; and the raw tables over them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from cloudcost.dbt.project import prepare_manifest
from cloudcost.dbt.running import run_dbt
from cloudcost.installation import Installation
from cloudcost.repair.earlier_release import adopt_warehouse
from cloudcost.repair.failed_deliveries import report_damages, report_failures
from cloudcost.repair.lake_repair import find_unreadable, list_rebuilt, repair_snapshots
from cloudcost.repair.replay import replay_missed
from core.errors import LocationError
from core.instants import utc_now
from core.progress import checkpoint
from ingestion.formats import DATASETS
from ingestion.landing.retention import remove_expired
from ingestion.planning import Problem
from ingestion.refusals import as_refusal
from ingestion.reports import IngestReport, Judged
from ingestion.sections.sources import SourceConfig
from ingestion.snapshots import Snapshot, SnapshotKey
from orchestration.defs.alerts.assets import incident_book
from orchestration.defs.ingestion.freshness import freshness_policy
from orchestration.partitions import periods_of
from orchestration.resources.installation import InstallationResource

DELIVERY_CHECK = "delivery_is_valid"
PLAUSIBILITY_CHECK = "delivery_is_plausible"
DRIFT_CHECK = "columns_are_the_same"
LAKE_CHECK = "lake_is_undamaged"
TRANSIENT = ("throttled", "unreachable")


def raw_key(source_name: str) -> dg.AssetKey:
    """The asset of a source."""
    return dg.AssetKey(["raw", source_name])


def build_raw_asset(source: SourceConfig, partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The asset that ingests one source; a new source in the configuration is a new asset."""
    source_name = source.name

    @dg.asset(
        key=raw_key(source_name),
        group_name="raw",
        kinds={"parquet"},
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        freshness_policy=freshness_policy(source),
        check_specs=[
            dg.AssetCheckSpec(
                DELIVERY_CHECK,
                asset=raw_key(source_name),
                description="Every delivery of the run was complete and met its format's expectations; one that did "
                "not is in quarantine and the snapshot before it stays current.",
            ),
            dg.AssetCheckSpec(
                PLAUSIBILITY_CHECK,
                asset=raw_key(source_name),
                description="Rows and totals beside those of the delivery before; warns before it blocks.",
            ),
            dg.AssetCheckSpec(
                DRIFT_CHECK,
                asset=raw_key(source_name),
                description="Native columns beside those of the delivery before; new and vanished ones are only named.",
            ),
        ],
        description=f"Deliveries of source `{source_name}`: discovered, verified, judged, landed, promoted.",
    )
    def raw_asset(context: dg.AssetExecutionContext, installation: InstallationResource) -> dg.MaterializeResult:
        periods = periods_of(context)
        opened = installation.open()
        scanned, begun = None, utc_now()
        try:
            source = opened.source(source_name)
            report = opened.ingestor().ingest(source, periods)
            scanned = getattr(source.location, "scanned_bytes", None)
        except LocationError as error:
            if error.reason in TRANSIENT and context.retry_number < 2:
                raise dg.RetryRequested(max_retries=2, seconds_to_wait=5 * 2**context.retry_number) from error
            report = IngestReport(source_name, problems=[Problem(None, str(error))])
        except Exception as error:  # whatever one source holds, the others go on
            report = IngestReport(source_name, problems=[Problem(None, str(as_refusal(error, source_name)))])
        for problem in report.problems:
            context.log.warning(f"{source_name}: {problem.message}")
        report_failures(incident_book(opened), source_name, report.problems, begun, is_whole=report.is_whole)
        checks = [check_report(source_name, report), *compare_report(source_name, report)]
        return dg.MaterializeResult(metadata=describe_report(report, scanned), check_results=checks)

    return raw_asset


def specify_snapshots(source_names: Sequence[str], engine: str) -> list[dg.AssetSpec]:
    """The raw tables, each made of what all sources deliver."""
    return [
        dg.AssetSpec(
            ["snapshots", name],
            deps=[raw_key(s) for s in source_names],
            group_name="raw",
            kinds={engine},
            description=description,
        )
        for name, description in _raw_tables()
    ]


def build_snapshots_asset(source_names: Sequence[str], engine: str) -> dg.AssetsDefinition:
    """The raw tables of the warehouse, which is of this kind: the current snapshots of all configured sources."""

    @dg.multi_asset(
        name="publish_snapshots",
        specs=specify_snapshots(source_names, engine),
        check_specs=[
            dg.AssetCheckSpec(
                LAKE_CHECK,
                asset=["snapshots", "current_snapshots"],
                description="What this run reads of the lake has the checksums that the ledger keeps of it; what has "
                "not is landed anew, or left out where its source does not hold it any more.",
            )
        ],
        pool="warehouse",
    )
    def publish_snapshots(
        context: dg.AssetExecutionContext, installation: InstallationResource
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        opened = installation.open()
        with opened.warehouse.claim():  # of two machines, one after the other, each with the newest ledger
            for done in adopt_warehouse(opened, prepare_manifest(opened)):
                context.log.info(done)
            steps = replay_missed(opened, lambda arguments, periods: list(run_dbt(opened, arguments, periods)))
            context.log.info(f"states that no run had built, recorded in the history now: {steps}")
            # before the snapshots are read: what is promoted in between then counts as not published yet
            opened.mark_published()
            # a reader would fail on a file that is gone or cut, and with it every source
            broken = {(key.source_name, key.billing_period) for key in find_unreadable(opened)}
            repaired, damages = repair_snapshots(opened, broken)
            current = publish_current(opened, frozenset(d.key for d in damages))
            run_config: Any = context.run.run_config
            rebuild = run_config.get("ops", {}).get("dbt_billing_periods", {}).get("config", {}).get("rebuild")
            pairs = list_rebuilt(opened, dict(context.run.tags), rebuild == "all") - broken
            found = repair_snapshots(opened, pairs)
            repaired, damages = repaired + found[0], [*damages, *found[1]]
            if repaired or damages:
                context.log.warning(f"damaged lake files: {repaired} snapshots landed anew, {len(damages)} left out")
                current = publish_current(opened, frozenset(d.key for d in damages))
            if damages:
                opened.mark_unpublished()
        report_damages(opened, incident_book(opened), damages)
        yield dg.AssetCheckResult(
            check_name=LAKE_CHECK,
            asset_key=["snapshots", "current_snapshots"],
            passed=not damages,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={"landed anew": repaired, "problems": [damage.sentence for damage in damages]},
        )
        for name, _ in _raw_tables():
            rows = [s.row_count for s, _ in current if s.table == name]
            yield dg.MaterializeResult(
                asset_key=["snapshots", name], metadata={"snapshots": len(rows), "dagster/row_count": sum(rows)}
            )

    return publish_snapshots


def publish_current(
    installation: Installation, left_out: frozenset[SnapshotKey] = frozenset()
) -> list[tuple[Snapshot, dt.datetime]]:
    """Make the raw tables show what is current of the configured sources, but for what is ``left_out``; returns it."""
    configured = {s.name for s in installation.config.sources}
    current = [
        (s, at)
        for s, at in installation.ledger.current_snapshots()
        if s.key.source_name in configured and s.key not in left_out
    ]
    installation.warehouse.publish_snapshots(installation.lake, current)
    return current


@dg.asset(
    key=["lake", "expired_snapshots"],
    group_name="raw",
    kinds={"parquet"},
    deps=[["marts", "fct_reconciliation"], ["intermediate", "int_costs__changed"]],
    pool="warehouse",
    description="Replaced snapshots whose time is over are removed from the lake, once everything was built from what "
    "replaced them; nothing is removed unless `ingestion.keep_snapshots_days` is set.",
)
def expired_snapshots(context: dg.AssetExecutionContext, installation: InstallationResource) -> dg.MaterializeResult:
    """Removes what `remove_expired` finds; what was believed stays in the history."""
    opened = installation.open()
    settings = opened.config.ingestion
    needed = frozenset() if settings.keep_snapshots_days is None else opened.warehouse.used_snapshots()
    removed = remove_expired(opened.lake, opened.ledger, settings, utc_now(), needed, checkpoint)
    for r in removed:
        context.log.info(f"removed {r.snapshot.key.text}/{r.snapshot.delivery_id}, replaced at {r.replaced_at}")
    return dg.MaterializeResult(
        metadata={"snapshots removed": len(removed), "rows removed": sum(r.snapshot.row_count for r in removed)}
    )


def describe_report(report: IngestReport, scanned_bytes: int | None = None) -> dict[str, dg.MetadataValue]:
    """The figures of an ingestion as asset metadata; ``scanned_bytes`` is what its queries of a table read."""
    totals: list[dict[str, Any]] = [
        {
            "billing_period": j.key.billing_period.strftime("%Y-%m"), "dataset": j.key.dataset,
            "delivery": j.delivery_id, "measure": t.measure, "currency": t.billing_currency,
            "file_total": str(t.file_total), "rows": t.row_count,
        }
        for j in report.promoted for t in j.profile.control_totals
    ]  # fmt: skip
    metadata: dict[str, dg.MetadataValue] = {
        "promoted": dg.MetadataValue.int(len(report.promoted)),
        "unchanged": dg.MetadataValue.int(report.unchanged),
        "problems": dg.MetadataValue.int(len(report.problems)),
        "rows": dg.MetadataValue.int(sum(j.profile.row_count for j in report.promoted)),
    }
    if scanned_bytes is not None:
        metadata["bytes scanned"] = dg.MetadataValue.int(scanned_bytes)
    if totals:
        metadata["totals"] = dg.MetadataValue.table([dg.TableRecord(row) for row in totals])
    if report.notices or report.problems:
        lines = [f"- {p.message}" for p in report.problems] + [f"- {n}" for n in report.notices]
        metadata["notes"] = dg.MetadataValue.md("\n".join(lines))
    return metadata


def check_report(source_name: str, report: IngestReport) -> dg.AssetCheckResult:
    """Great Expectations' judgement of all deliveries of the run, with the numbers."""
    observed = {
        f"{describe_key(j)}/{e.name}": e.observed
        for j in report.judged
        for e in j.verdict.expectations
        if not e.success and e.severity == "block"
    }
    return dg.AssetCheckResult(
        check_name=DELIVERY_CHECK,
        asset_key=raw_key(source_name),
        passed=not report.problems,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "deliveries": len(report.judged),
            "expectations": sum(len(j.verdict.expectations) for j in report.judged),
            "unmet": observed,
            "problems": [p.message for p in report.problems],
        },
    )


def compare_report(source_name: str, report: IngestReport) -> list[dg.AssetCheckResult]:
    """What differs from the delivery before, with the numbers; neither keeps anything out."""
    compared = [(j, e) for j in report.judged for e in j.verdict.expectations if e.is_comparison]
    warnings = [f"{describe_key(j)}: {message}" for j in report.judged for message in j.verdict.warnings]
    drift = [f"{describe_key(j)}: {j.drift.message}" for j in report.judged if j.drift.message]
    return [
        dg.AssetCheckResult(
            check_name=PLAUSIBILITY_CHECK,
            asset_key=raw_key(source_name),
            passed=not warnings,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "percent": {f"{describe_key(j)}/{e.name}": e.observed for j, e in compared},
                "compared": [f"{describe_key(j)}: {e.message}" for j, e in compared],
                "warnings": warnings,
            },
        ),
        dg.AssetCheckResult(
            check_name=DRIFT_CHECK,
            asset_key=raw_key(source_name),
            passed=not drift,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "new": {describe_key(j): list(j.drift.new) for j in report.judged if j.drift.new},
                "vanished": {describe_key(j): list(j.drift.vanished) for j in report.judged if j.drift.vanished},
            },
        ),
    ]


def describe_key(judged: Judged) -> str:
    """Billing period and dataset of a delivery."""
    return f"{judged.key.billing_period:%Y-%m}/{judged.key.dataset}"


def _raw_tables() -> list[tuple[str, str]]:
    tables = [(f.table, f"Current snapshots in the format: {f.description}.") for f in DATASETS]
    return [
        *tables,
        ("current_snapshots", "Which delivery of each source, billing period and dataset is current."),
        ("control_totals", "Totals of the export files themselves, worked out at the door."),
    ]
