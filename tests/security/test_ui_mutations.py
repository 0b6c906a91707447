"""What a session of the UI may ask Dagster to do: what is on the list, without tags that Dagster gives itself.

*Succeeded* was seen with the door that let every query of an own page pass.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from dagster._core.workspace.permissions import Permissions
from dagster_graphql.schema import create_schema

from door.queries import MUTATIONS, TAGS
from orchestration.ui.attribution import PersonProcessContext
from tests.security.ui_visitor import Served, serve

#: What changes the record of what was done, or what the pipeline goes by, other than by a run. A release of Dagster
#: that brings another mutation fails the test of this list; until somebody has looked at it, the door refuses it.
REFUSED = {
    "addDynamicPartition", "deleteAppManagedComponent", "deleteConcurrencyLimit", "deleteDynamicPartitions",
    "deletePipelineRun", "deleteRun", "freeConcurrencySlots", "freeConcurrencySlotsForRun", "logTelemetry",
    "refreshComponentState", "reportAssetCheckEvaluations", "reportRunlessAssetEvents", "scheduleDryRun",
    "sensorDryRun", "setAppManagedComponent", "setAutoMaterializePaused", "setConcurrencyLimit", "setNuxSeen",
    "setSensorCursor", "shutdownRepositoryLocation", "wipeAssets",
}  # fmt: skip
LAUNCH = "mutation L($tags: [ExecutionTag!]) { launchRun(executionParams: {executionMetadata: {tags: $tags}}) { x } }"
DISGUISES = (
    "dagster/schedule_name", "dagster/sensor_name", "dagster/backfill", "dagster/run_key", "dagster/created_by",
    "dagster/parent_run_id", "dagster/auto_retry_run_id", ".dagster/repository", "user", "dagster/never_heard_of",
    "Dagster/Sensor_Name", " dagster/sensor_name", "cloudcost/Person", "cloudcost/person ", "User",
    "dagster/sensor_name\u200b",
)  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve() as found:
        yield found


def ask(served: Served, query: str, variables: Any = None, **more: Any) -> tuple[int, str]:
    """The answer to a query of an own page."""
    body = json.dumps({"query": query, "variables": variables, **more})
    answer = served.send("POST", "/graphql", served.by_page(), body)
    return answer.status, answer.text


def test_every_mutation_of_this_dagster_was_decided_on() -> None:
    known = set(create_schema().graphql_schema.mutation_type.fields)
    assert known == MUTATIONS | REFUSED
    assert not MUTATIONS & REFUSED


@pytest.mark.parametrize("name", sorted(REFUSED | {"neverHeardOf", "LaunchRun"}))
def test_what_is_not_on_the_list_is_refused(served: Served, name: str) -> None:
    """Succeeded for all: runs and so who started them were deleted, materialisations and cursors were made up, and the
    warehouse let two runs write at once.
    """
    before = len(served.seen)
    for query in (
        f"mutation {{ {name} }}",
        f"mutation {{ launchRun: {name}(x: 1) {{ __typename }} }}",
        f"mutation {{ launchRun {name} }}",
        f"mutation {{ ...F }} fragment F on M {{ ... on M {{ ...G }} }} fragment G on M {{ {name} }}",
        f"mutation {{ ... @include(if: true) {{ {name} }} }}",
        f"query A {{ version }} mutation B {{ {name} }}",
    ):
        status, text = ask(served, query, operationName="A" if "query A" in query else None)
        assert (status, f"{name} is not" in text) == (403, True), query
    assert len(served.seen) == before


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_what_the_pages_do_with_runs_and_switches_is_let_in(served: Served, name: str) -> None:
    assert ask(served, f"mutation M {{ {name} {{ __typename }} }}")[0] == 200
    assert ask(served, "query { wipeAssets: version }")[0] == 200


@pytest.mark.parametrize("key", DISGUISES)
def test_no_request_brings_a_tag_that_dagster_gives(served: Served, key: str) -> None:
    """Succeeded: the run looked as if a schedule, a sensor or somebody else had started it."""
    tag, before = {"key": key, "value": "outbox_sensor"}, len(served.seen)
    literal = json.dumps(key)
    for query, variables in (
        (LAUNCH, {"tags": [{"key": "own", "value": "x"}, tag]}),
        (LAUNCH, {"tags": tag}),
        (LAUNCH, json.dumps({"tags": [tag]})),
        (f'mutation {{ launchRun(p: {{tags: [{{value: "x", key: {literal}}}]}}) {{ x }} }}', {}),
        ('mutation($k: String!) { launchRun(p: {tags: {key: $k, value: "x"}}) { x } }', {"k": key}),
        (f'mutation($k: String! = {literal}) {{ launchRun(p: {{tags: {{key: $k, value: "x"}}}}) {{ x }} }}', {}),
        (f'mutation($t: [T!] = [{{key: {literal}, value: "x"}}]) {{ launchRun(p: {{tags: $t}}) {{ x }} }}', {}),
        ("mutation($p: P!) { launchRunReexecution(reexecutionParams: $p) { x } }", {"p": {"extraTags": [tag]}}),
        ("mutation($p: P!) { launchPartitionBackfill(backfillParams: $p) { x } }", {"p": {"tags": [tag]}}),
        ("mutation($p: [P!]!) { launchMultipleRuns(l: $p) { x } }", {"p": [{"executionMetadata": {"tags": [tag]}}]}),
    ):
        status, text = ask(served, query, variables)
        assert (status, "gives itself" in text) == (403, True), query
    assert len(served.seen) == before


@pytest.mark.parametrize("key", [*sorted(TAGS), "own", "team/user", "cloudcost/person"])
def test_tags_of_the_pages_and_own_ones_are_let_in(served: Served, key: str) -> None:
    """`cloudcost/person` says whom the door let in, whatever a request brings; see test_ui_attribution."""
    assert ask(served, LAUNCH, {"tags": [{"key": key, "value": "user"}]})[0] == 200


def test_what_is_passed_on_is_what_was_looked_at(served: Served) -> None:
    """Not seen to succeed: two readers of one text may differ in which of two equal names counts."""
    body = '{"query": "mutation { wipeAssets }", "query": "{ version }", "extra": [1], "operationName": null}'
    assert served.send("POST", "/graphql", served.by_page(), body).status == 200
    assert json.loads(served.seen[-1][3]) == {"query": "{ version }", "operationName": None}


def test_dagster_itself_is_told_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the door, and so that the pages show no buttons for what is refused."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with (
        dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path))) as instance,
        PersonProcessContext(instance, None) as process,
    ):
        context = process.create_request_context()
        found = context.permissions
        of_location = context.permissions_for_location(location_name="cloudcost")
        assert not context.show_instance_config, "it holds what dagster.yaml says, passwords too"
    assert all(found[name] == result for name, result in of_location.items())
    assert {name for name, result in found.items() if result.enabled} == {
        Permissions.LAUNCH_PIPELINE_EXECUTION, Permissions.LAUNCH_PIPELINE_REEXECUTION, Permissions.START_SCHEDULE,
        Permissions.STOP_RUNNING_SCHEDULE, Permissions.EDIT_SENSOR, Permissions.TERMINATE_PIPELINE_EXECUTION,
        Permissions.RELOAD_REPOSITORY_LOCATION, Permissions.RELOAD_WORKSPACE, Permissions.LAUNCH_PARTITION_BACKFILL,
        Permissions.CANCEL_PARTITION_BACKFILL,
    }  # fmt: skip


def test_a_websocket_changes_nothing() -> None:
    """Not seen to succeed: Dagster looks for every operation of a websocket among its subscriptions."""
    for name in ("wipeAssets(assetPartitionRanges: [])", 'terminateRuns(runIds: ["x"])'):
        result = asyncio.run(create_schema().subscribe(f"mutation {{ {name} {{ __typename }} }}"))
        assert "The subscription field" in str(result.errors), result
