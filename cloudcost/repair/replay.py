"""What was current between two builds of the warehouse, and was never built: recorded in the history all the same.

A run that is killed between promotion and build leaves a delivery that the next one may already have replaced. The lake
still has its snapshot and the ledger knows when it was promoted, so its states are built one after the other, oldest
first, before the present one is. A warehouse that was lost gets its history back in the same way.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

from cloudcost.installation import Installation
from cloudcost.repair.lake_repair import repair_snapshots
from ingestion.landing.lake import Lake, safe_delivery_id
from ingestion.ledger import Ledger
from ingestion.snapshots import PromotedSnapshot, Snapshot, SnapshotKey
from warehouse import ChangedPeriod, DuckDbWarehouse, changed_periods_json

#: The model that remembers, and what it is built from.
HISTORY = "+int_costs__changed"
#: Builds of a few seconds each: enough for a month of daily deliveries of a warehouse that was lost.
MOST_STATES = 60

#: All datasets of one (source, billing period) as they were current together.
State = list[PromotedSnapshot]


def replay_missed(installation: Installation, build: Callable[[list[str], str], object]) -> int:
    """Build the history of what no run built; returns how many builds that took. ``build`` calls dbt with
    arguments and the changed periods.

    Afterwards the warehouse shows the last state before the present one, so the present one is to be published next.
    """
    lake, warehouse = installation.lake, installation.warehouse
    current = _list_current(installation, frozenset())
    missed = _find_missed_now(installation, current)
    if missed:
        # a new warehouse is built from all that is current, and what the history has once recorded stays in it
        _, damages = repair_snapshots(installation, {_pair(snapshot.key) for snapshot, _ in current})
        current = _list_current(installation, frozenset(damage.key for damage in damages))
        missed = _find_missed_now(installation, current)
    steps = max(map(len, missed.values()), default=0)
    if steps:
        warehouse.publish_settings(installation.read_settings())  # models read them, also of a new warehouse
    for step in range(steps):
        states = {pair: found[step] for pair, found in missed.items() if step < len(found)}
        others = [found for found in current if _pair(found[0].key) not in states]
        warehouse.publish_snapshots(lake, [*others, *(snapshot for state in states.values() for snapshot in state)])
        arguments = ["build", "--exclude-resource-type", "test", "unit_test", "--select", HISTORY]
        build(arguments, changed_periods_json(sorted({*states, *_list_lost(installation)})))
    return steps


def _list_lost(installation: Installation) -> set[ChangedPeriod]:
    """The pairs whose rows a disk or a hand has taken: nothing can be built while a model names their files."""
    warehouse = installation.warehouse
    lost = warehouse.lost_files() if isinstance(warehouse, DuckDbWarehouse) else []
    return {(file.source_name, file.billing_period) for file in lost}


def _list_current(installation: Installation, damaged: frozenset[SnapshotKey]) -> list[PromotedSnapshot]:
    configured = {source.name for source in installation.config.sources}
    found = installation.ledger.current_snapshots()
    return [(s, at) for s, at in found if s.key.source_name in configured and s.key not in damaged]


def _find_missed_now(
    installation: Installation, current: Sequence[PromotedSnapshot]
) -> dict[ChangedPeriod, list[State]]:
    warehouse = installation.warehouse
    remembered, recorded_until = warehouse.remembered_snapshots(), warehouse.last_changes()
    return find_missed(installation.ledger, installation.lake, current, remembered, recorded_until)


def find_missed(
    ledger: Ledger,
    lake: Lake,
    current: Iterable[PromotedSnapshot],
    remembered: Mapping[SnapshotKey, str],
    recorded_until: Mapping[ChangedPeriod, dt.datetime],
) -> dict[ChangedPeriod, list[State]]:
    """The states of each (source, billing period) between the one that is remembered and the current one, oldest first.

    ``remembered`` is the delivery (by safe id) that the history holds last, per snapshot key; ``told_until`` the moment
    of its last change, for a source that was taken out and put back. What was promoted together counts as one state,
    and a state whose files are gone or damaged is left out.
    """
    keys: dict[ChangedPeriod, list[SnapshotKey]] = {}
    behind = set()
    for snapshot, _ in current:
        pair = _pair(snapshot.key)
        keys.setdefault(pair, []).append(snapshot.key)
        if remembered.get(snapshot.key) != safe_delivery_id(snapshot.delivery_id):
            behind.add(pair)
    never = dt.datetime.min.replace(tzinfo=dt.UTC)
    missed = {
        pair: _find_states(ledger, lake, keys[pair], remembered, recorded_until.get(pair, never)) for pair in behind
    }
    return {pair: states[-MOST_STATES:] for pair, states in sorted(missed.items()) if states}


def _find_states(
    ledger: Ledger,
    lake: Lake,
    keys: list[SnapshotKey],
    remembered: Mapping[SnapshotKey, str],
    recorded_until: dt.datetime,
) -> list[State]:
    promotions = {key: ledger.promotions(key) for key in keys}
    replaced = []
    for key, found in promotions.items():
        # by name where the history has one: a clock that ran ahead and back leaves moments out of order
        recorded = [n for n, (name, _) in enumerate(found) if safe_delivery_id(name) == remembered.get(key)]
        recorded = recorded or [n for n, (_, at) in enumerate(found) if at <= recorded_until]
        known = max(recorded, default=-1)
        replaced += [(found[n + 1][1], key, n) for n in range(known + 1, len(found) - 1)]
    states: list[State] = []
    covered = set()
    for until, key, number in sorted(replaced, key=lambda item: item[0]):
        if (key, number) in covered:
            continue
        # just before it was replaced: what the same run promoted with it is there too
        together = {k: [n for n, (_, at) in enumerate(found) if at < until][-1:] for k, found in promotions.items()}
        together[key] = [number]
        covered |= {(k, n) for k, numbers in together.items() for n in numbers}
        moments = [(k, *promotions[k][n]) for k, numbers in together.items() for n in numbers]
        snapshots = [(ledger.promoted_snapshot(k, name), at) for k, name, at in moments]
        kept = [(s, at) for s, at in snapshots if s is not None and _is_whole(lake, s)]
        if len(kept) == len(snapshots):
            states.append(kept)
    return states


def _is_whole(lake: Lake, snapshot: Snapshot) -> bool:
    if lake.find_missing(snapshot.paths):
        return False
    return not snapshot.checksums or lake.measure_checksums(snapshot.paths) == snapshot.checksums


def _pair(key: SnapshotKey) -> ChangedPeriod:
    return key.source_name, key.billing_period
