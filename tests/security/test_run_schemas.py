"""What a run's configuration may ask for: whoever has a session of the UI writes it as they like.

Every job of an installation is looked at, so that a field that comes later is too.
"""

from collections.abc import Iterator

import dagster as dg
import pytest

from cloudcost.installation import Installation
from orchestration.definitions import build_definitions
from orchestration.defs.actions.assets import execute_action_job, rollback_action_job
from orchestration.resources.installation import InstallationResource

SECRET = "of-the-webhook-and-nobody-else-0123456789"
FORKSERVER = {"start_method": {"forkserver": {"preload_modules": ["of_the_visitor"]}}}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("schemas")
    (folder / "exports").mkdir()
    (folder / "cloudcost.yaml").write_text("sources: [{name: plain, provider: aws, location: exports}]\n")
    return Installation(folder / "cloudcost.yaml", folder / "home")


@pytest.fixture(scope="module")
def definitions(installation: Installation) -> dg.Definitions:
    return build_definitions(installation)


def list_jobs(definitions: dg.Definitions) -> list[dg.JobDefinition]:
    """Every job, and the one that Dagster makes for assets that somebody selects."""
    return list(definitions.get_repository_def().get_all_jobs())


def list_types(definitions: dg.Definitions) -> Iterator[tuple[str, object]]:
    """The job's name and each type that its run configuration is made of."""
    for job in list_jobs(definitions):
        for found in job.run_config_schema.config_type.type_iterator():
            yield job.name, found


def test_no_field_of_any_job_takes_the_name_of_an_environment_variable(definitions: dg.Definitions) -> None:
    """Succeeded for `proposal_id`, `rebuild` and the folder of the outputs, in each job that has them."""
    assert {job for job, kind in list_types(definitions) if "env" in fields_of(kind)} == set()


def fields_of(kind: object) -> dict[str, object]:
    return dict(getattr(kind, "fields", None) or {})


def test_no_job_takes_processes_folders_or_files(definitions: dg.Definitions) -> None:
    """Succeeded: modules to import, a file to remove, a folder to write to."""
    named = {name for _, kind in list_types(definitions) for name in fields_of(kind)}
    assert not named & {"preload_modules", "marker_to_close", "base_dir", "start_method", "multiprocess", "in_process"}
    jobs = list_jobs(definitions)
    assert {"cost_pipeline_job", "execute_action_job", "publish_job"} <= {job.name for job in jobs}
    for job in jobs:
        for config in (
            {"execution": {"config": {"multiprocess": FORKSERVER}}},
            {"execution": {"config": FORKSERVER}},
            {"execution": {"config": {"in_process": {"marker_to_close": "any"}}}},
            {"resources": {"io_manager": {"config": {"base_dir": "any"}}}},
        ):
            with pytest.raises(dg.DagsterInvalidConfigError):
                dg.validate_run_config(job, {**config, **ACTIONS.get(job.name, {})})


ACTIONS = {
    f"{name}_job": {"ops": {name: {"config": {"proposal_id": "any"}}}} for name in ("execute_action", "rollback_action")
}


@pytest.mark.parametrize("job", [execute_action_job, rollback_action_job], ids=lambda job: job.name)
def test_a_secret_of_the_environment_is_in_no_run(
    job: dg.JobDefinition, installation: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Succeeded: the run failed over a proposal of that name, and its error was the secret."""
    monkeypatch.setenv("CLOUDCOST_WEBHOOK_SECRET", SECRET)
    op = job.name.removesuffix("_job")
    config = {"ops": {op: {"config": {"proposal_id": {"env": "CLOUDCOST_WEBHOOK_SECRET"}}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        with pytest.raises(dg.DagsterInvalidConfigError) as refused:
            job.execute_in_process(
                run_config=config,
                resources={"installation": InstallationResource.of(installation)},
                instance=instance,
            )
        assert SECRET not in str(refused.value) and SECRET not in caplog.text
        assert instance.get_runs() == []
