"""What Dagster serves, in a fresh interpreter, is what the snapshot says.

After a change that is meant, write the snapshot anew and review the difference:

    UPDATE_SNAPSHOT=1 pytest tests/contract/test_definitions.py && git diff tests/contract/definitions_snapshot.json
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOT = Path(__file__).with_name("definitions_snapshot.json")
CONFIG = """\
sources:
  - {name: aws_prod, provider: aws, location: exports/aws}
  - {name: azure_ea, provider: azure, location: exports/azure}
"""
DESCRIBE = """
import json
from orchestration.definitions import defs
from dagster import Definitions

repository = (defs if isinstance(defs, Definitions) else defs()).get_repository_def()
graph = repository.asset_graph
described = {
    "assets": {
        key.to_user_string(): {
            "group": graph.get(key).group_name,
            "parents": sorted(parent.to_user_string() for parent in graph.get(key).parent_keys),
            "partitioned": graph.get(key).partitions_def is not None,
        }
        for key in graph.get_all_asset_keys() if graph.get(key).is_materializable
    },
    "checks": sorted(f"{c.asset_key.to_user_string()}: {c.name}" for c in graph.asset_check_keys),
    "jobs": sorted(name for name in repository.job_names if not name.startswith("__")),
    "schedules": {s.name: [s.cron_schedule, s.default_status.value] for s in repository.schedule_defs},
    "sensors": {s.name: s.default_status.value for s in repository.sensor_defs},
}
print(json.dumps(described))
"""


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a fresh interpreter loads from the module that `dagster dev` loads."""
    root = tmp_path_factory.mktemp("definitions")
    (root / "cloudcost.yaml").write_text(CONFIG)
    environment = {**os.environ, "CLOUDCOST_CONFIG": str(root / "cloudcost.yaml"), "CLOUDCOST_HOME": str(root / "home")}
    done = subprocess.run(
        [sys.executable, "-c", DESCRIBE], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if os.environ.get("UPDATE_SNAPSHOT"):
        SNAPSHOT.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")
    return found


@pytest.mark.parametrize("part", ["assets", "checks", "jobs", "schedules", "sensors"])
def test_definitions_are_as_in_the_snapshot(described: dict[str, Any], part: str) -> None:
    expected = json.loads(SNAPSHOT.read_text())[part]
    assert described[part] == expected, "see the head of this file for how to write the snapshot anew"


def test_names_follow_the_convention(described: dict[str, Any]) -> None:
    assert all(name.count("/") == 1 and name == name.lower() for name in described["assets"])
    assert all(name.endswith("_job") for name in described["jobs"])
    assert all(name.endswith("_schedule") for name in described["schedules"])
    assert all(name.endswith("_sensor") for name in described["sensors"])


def test_everything_is_switched_on(described: dict[str, Any]) -> None:
    assert {status for _, status in described["schedules"].values()} | set(described["sensors"].values()) == {"RUNNING"}


def test_nothing_is_scored_before_the_totals_reconcile(described: dict[str, Any]) -> None:
    scored = [name for name in described["assets"] if name.startswith("ml/")]
    assert scored and all("marts/fct_reconciliation" in described["assets"][name]["parents"] for name in scored)
    assert "marts/fct_reconciliation: totals_reconcile" in described["checks"]


def test_each_source_of_the_configuration_is_an_asset(described: dict[str, Any]) -> None:
    assert [name for name in sorted(described["assets"]) if name.startswith("raw/")] == ["raw/aws_prod", "raw/azure_ea"]
    assert {"raw/aws_prod: delivery_is_valid", "raw/azure_ea: delivery_is_valid"} <= set(described["checks"])


def test_every_domain_lists_its_own() -> None:
    from core.registry import find_values
    from orchestration.domains import Domain

    domains = find_values("orchestration.defs", Domain)
    folders = {file.parent.name for file in ROOT.glob("orchestration/defs/*/__init__.py")}
    assert set(domains) == folders
    assert {domain.build.__module__ for domain in domains.values()} == {
        f"orchestration.defs.{name}.definitions" for name in folders
    }
