"""What a run's configuration says of people counts for nothing: anybody who reaches Dagster may write it."""

from pathlib import Path

import dagster as dg
import pytest

from actions.approvals import Approvals
from actions.remediations import REMEDIATIONS
from audit.log import AuditLog
from cloudcost.installation import Installation
from orchestration.defs.actions.assets import rollback_action_job
from orchestration.resources.installation import InstallationResource
from tests.security.examples import ANA, BEN, Bureau, RemoveFile
from tests.unit.actions.examples import ACCOUNT, REGION, HandClock, nothing_objects

CONFIGURATION = f"""\
sources: [{{name: plain, provider: aws, location: exports}}]
actions: {{mode: live, approvers: [{ANA}, {BEN}], allowed_accounts: ["{ACCOUNT}"], allowed_regions: [{REGION}]}}
"""


@pytest.fixture
def executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Installation, str, Path]:
    """An installation, a proposal that was executed, and the file that it removed."""
    monkeypatch.setitem(REMEDIATIONS, RemoveFile.name, RemoveFile())
    bureau = Bureau(tmp_path)
    (tmp_path / "cloudcost.yaml").write_text(CONFIGURATION)
    key = bureau.propose()
    bureau.approve(key)
    assert bureau.execute(key).outcome == "executed"
    return Installation(tmp_path / "cloudcost.yaml", bureau.home), key, bureau.file


def roll_back(installation: Installation, **config: str) -> dg.ExecuteInProcessResult:
    return rollback_action_job.execute_in_process(
        run_config={"ops": {"rollback_action": {"config": config}}},
        resources={"installation": InstallationResource.of(installation)},
        raise_on_error=False,
    )


def test_a_rollback_is_nobodys_who_is_named_in_the_run(executed: tuple[Installation, str, Path]) -> None:
    installation, key, file = executed
    with pytest.raises(dg.DagsterInvalidConfigError, match="actor"):
        roll_back(installation, proposal_id=key, actor=BEN, reason="because")
    assert not roll_back(installation, proposal_id=key).success and not file.exists()
    last = AuditLog(installation.store, HandClock()).rows_about(key)[-1]
    assert (last.event, last.channel, last.details["failures"]) == (
        "rollback.blocked", "dagster", ["rollback_request: nobody has asked for it"],
    )  # fmt: skip


def test_what_an_approver_asked_for_is_rolled_back_on_their_name(executed: tuple[Installation, str, Path]) -> None:
    installation, key, file = executed
    Approvals(installation.store, installation.config.actions, HandClock(), nothing_objects).request_rollback(
        key, BEN, "needed"
    )
    assert roll_back(installation, proposal_id=key).success and file.exists()
    rows = AuditLog(installation.store, HandClock()).rows_about(key)
    assert [(row.actor, row.event) for row in rows][-1] == (BEN, "proposal.rolled_back")


def test_no_run_names_another_installation(executed: tuple[Installation, str, Path], tmp_path: Path) -> None:
    """Another configuration has other approvers, another home has another audit log."""
    installation, key, file = executed
    Approvals(installation.store, installation.config.actions, HandClock(), nothing_objects).request_rollback(
        key, BEN, "needed"
    )
    elsewhere = {"config_path": str(tmp_path / "foreign.yaml"), "home": str(tmp_path / "foreign")}
    for config in (elsewhere, {"home": elsewhere["home"]}, {"config_path": elsewhere["config_path"]}):
        with pytest.raises(dg.DagsterInvalidConfigError, match="resources:installation:config"):
            rollback_action_job.execute_in_process(
                run_config={
                    "ops": {"rollback_action": {"config": {"proposal_id": key}}},
                    "resources": {"installation": {"config": config}},
                },
                resources={"installation": InstallationResource.of(installation)},
            )
    assert not file.exists() and not (tmp_path / "foreign").exists()
