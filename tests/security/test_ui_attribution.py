"""Who started a run in the UI is who the door let in, whatever the request says."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.run_coordinator import SubmitRunContext
from dagster._core.workspace.context import WorkspaceRequestContext

from door.door import PERSON_KEY
from orchestration.launch import DAGSTER_YAML
from orchestration.ui.attribution import PERSON_TAG, PersonProcessContext, PersonRunCoordinator, name_people

QUEUES = {
    "ours": DAGSTER_YAML,
    "an older one": "run_queue: {max_concurrent_runs: 4}\n",
    "their own": "run_coordinator: {module: dagster, class: QueuedRunCoordinator, config: {max_concurrent_runs: 4}}\n",
}


@dg.job
def anything() -> None:
    """A run to be started."""


@pytest.fixture(params=list(QUEUES.values()), ids=list(QUEUES))
def instance(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text(request.param)
    with dg.DagsterInstance.from_ref(name_people(InstanceRef.from_dir(str(tmp_path)))) as found:
        yield found


def submit(instance: dg.DagsterInstance, source: object) -> dict[str, str]:
    """The tags of a run that a request starts, whose own tags name somebody else."""
    location = RegisteredCodeLocationOrigin("anywhere")
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), "anything")
    tags = {PERSON_TAG: "forged@example.com", "own": "kept"}
    run = instance.create_run_for_job(anything, tags=tags, remote_job_origin=origin)
    with PersonProcessContext(instance, None) as process:
        context = process.create_request_context(source)
        assert isinstance(context, WorkspaceRequestContext)
        assert isinstance(instance.run_coordinator, PersonRunCoordinator)
        instance.run_coordinator.submit_run(SubmitRunContext(run, context))
    found = instance.get_run_by_id(run.run_id)
    assert found is not None and found.status == dg.DagsterRunStatus.QUEUED
    return dict(found.tags)


def test_a_run_carries_who_was_let_in(instance: dg.DagsterInstance) -> None:
    tags = submit(instance, SimpleNamespace(scope={PERSON_KEY: "ana@example.com"}))
    assert (tags[PERSON_TAG], tags["own"]) == ("ana@example.com", "kept")


def test_the_queue_is_as_it_was_set(instance: dg.DagsterInstance) -> None:
    queue = instance.get_concurrency_config().run_queue_config
    assert queue is not None and queue.max_concurrent_runs == 4


def test_backfills_and_reports_carry_it_too(instance: dg.DagsterInstance) -> None:
    with PersonProcessContext(instance, None) as process:
        context = process.create_request_context(SimpleNamespace(scope={PERSON_KEY: "ana@example.com"}))
        assert context.get_viewer_tags() == context.get_reporting_user_tags() == {PERSON_TAG: "ana@example.com"}
        assert process.create_request_context().get_viewer_tags() == {}
