"""``make conformance``: the FOCUS project's own validator on what the pipeline publishes as FOCUS 1.2.

A small simulated company's exports are ingested and built; `focus_1_2` is written to Parquet for each provider and
given to focus-validator, in an environment of its own (it needs Python 3.12 and an old pyarrow). Its exit code is 0
even when rules fail, so its report is read. A failing rule is accepted only where it is a known defect of the
validator, which is proved anew each time: its rule model must still hold the faulty condition, and no row may break
what the rule's text states. Rules that only sum up others fail with them.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scripts.conformance_defects import DEFECTS

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".conformance"
REQUIREMENTS = ("focus-validator==2.2.1", "pyarrow<20")
VERSIONS = ("3.12", "3.13")
RULE_MODEL = "1.2.0.1"
PROVIDERS = ("aws", "azure", "gcp")

_FAILED = re.compile(r"^❌ (?P<rule>\S+): FAIL +\(violations=(?P<count>\d+)(?:, msg=(?P<message>.*))?")
_CHILDREN = re.compile(r"failed child rules: \[([^\]]*)\]")
_TOTAL = re.compile(r"^Total: (\d+) \| Pass: (\d+) \| Fail: (\d+) \| Skipped: (\d+)", re.MULTILINE)


class ConformanceError(Exception):
    """The validator cannot be run; the message states why and what helps."""


@dataclass(frozen=True)
class Report:
    """What the validator states of one file: its totals, and the message of every rule that failed."""

    rules: int
    passed: int
    failed: int
    skipped: int
    failures: dict[str, str]


def find_python() -> str:
    """A Python that the validator runs on: from PATH, pyenv or uv; each candidate is run, as shims can fail."""
    candidates: list[str] = []
    for version in VERSIONS:
        candidates.append(f"python{version}")
        candidates += map(str, sorted(Path("~/.pyenv/versions").expanduser().glob(f"{version}.*/bin/python")))
        uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
        found = _run(uv, "python", "find", "--no-project", version)
        if found:
            candidates.append(found)
    for candidate in candidates:
        found = _run(candidate, "-c", "import sys; print('.'.join(map(str, sys.version_info[:2])))")
        if found in VERSIONS:
            return candidate
    raise ConformanceError(
        "focus-validator needs Python 3.12 or 3.13, and none was found on PATH, in pyenv or by uv; install one "
        "(`pyenv install 3.12` or `uv python install 3.12`) and run again."
    )


def _run(*command: str) -> str | None:
    """What a command prints; None where it cannot be run or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def prepare_environment() -> Path:
    """The validator's own environment, built on first use; returns its package folder."""
    made = ENVIRONMENT / "made"
    wanted = " ".join(REQUIREMENTS)
    if not made.exists() or made.read_text() != wanted:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        python = find_python()
        subprocess.run([python, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run(
            [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             *REQUIREMENTS],
            check=True,
        )  # fmt: skip
        made.write_text(wanted)
    package = next(ENVIRONMENT.glob("lib/python3*/site-packages/focus_validator"), None)
    if package is None:
        raise ConformanceError(f"{ENVIRONMENT} has no focus_validator; remove the folder and run again.")
    return package


def build_warehouse(folder: Path) -> Path:
    """Ingest a small simulated company and build the FOCUS views; returns the warehouse file."""
    from dbt.cli.main import dbtRunner

    from cloudcost.dbt.project import PROJECT_DIRECTORY, set_dbt_environment
    from cloudcost.installation import Installation
    from simulator import generate

    generate(folder / "exports", seed=3, months=2, rows_per_month=3000)
    config = folder / "cloudcost.yaml"
    sources = [{"name": p, "provider": p, "location": str(folder / "exports" / p)} for p in PROVIDERS]
    config.write_text(json.dumps({"sources": sources}))
    installation = Installation(config, folder / "home")
    for provider in PROVIDERS:
        report = installation.ingestor().ingest(installation.source(provider))
        if report.problems or not report.promoted:
            raise ConformanceError(f"the simulated {provider} exports were not ingested: {report.problems}")
    installation.warehouse.publish_snapshots(installation.lake, installation.ledger.current_snapshots())
    installation.warehouse.publish_settings(installation.read_settings())
    set_dbt_environment(installation)
    arguments = ["--project-dir", str(PROJECT_DIRECTORY), "--profiles-dir", str(PROJECT_DIRECTORY)]
    result = dbtRunner().invoke(
        ["--quiet", "build", "--select", "+focus_1_2", "--exclude-resource-type", "test", "--exclude-resource-type",
         "unit_test", *arguments, "--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    )  # fmt: skip
    if not result.success:
        raise ConformanceError(f"dbt could not build focus_1_2: {result.exception or result.result}")
    return folder / "home" / "warehouse.duckdb"


def export_provider(warehouse: Path, source_name: str, target: Path) -> int:
    """Write a source's rows of `focus_1_2`, the specification's columns alone, to Parquet; returns their number."""
    # not read-only: dbt ran in this process and keeps the file open for writing
    with duckdb.connect(str(warehouse)) as connection:
        charges = connection.sql("from focus.focus_1_2").filter(f"\"x_SourceName\" = '{source_name}'")
        columns = [f'"{name}"' for name in charges.columns if not name.startswith("x_")]
        rows = charges.aggregate("count(*)").fetchone()
        charges.project(", ".join(columns)).write_parquet(str(target))
    if not rows or not rows[0]:
        raise ConformanceError(f"focus_1_2 has no rows of {source_name}")
    return int(rows[0])


def validate(package: Path, data: Path) -> Report:
    """Run the validator on a Parquet file and read its report."""
    # it looks for its currency codes below the working directory
    codes = data.parent / "focus_validator" / "rules"
    codes.mkdir(parents=True, exist_ok=True)
    shutil.copy(package / "rules" / "currency_codes.csv", codes)
    command = [
        str(ENVIRONMENT / "bin" / "focus-validator"), "--data-file", str(data), "--validate-version", RULE_MODEL,
        "--block-download", "--applicability-criteria", "ALL", "--focus-dataset", "CostAndUsage",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=data.parent)
    report = parse_report(done.stdout)
    if report is None:
        raise ConformanceError(f"focus-validator gave no result:\n{(done.stdout + done.stderr)[-3000:]}")
    return report


def parse_report(output: str) -> Report | None:
    """The totals and the failed rules of the validator's console report; None where it has no totals."""
    total = _TOTAL.search(output)
    if total is None:
        return None
    failures = {}
    for line in output.splitlines():
        found = _FAILED.match(line)
        if found:
            failures[found["rule"]] = found["message"] or ""
    rules, passed, failed, skipped = map(int, total.groups())
    report = Report(rules=rules, passed=passed, failed=failed, skipped=skipped, failures=failures)
    if len(failures) != report.failed:
        raise ConformanceError(f"the report names {len(failures)} failed rules and counts {report.failed}")
    return report


def find_unproved(report: Report, package: Path, data: Path) -> list[str]:
    """The failures that are neither a proved defect of the validator nor follow from such alone, each with a reason."""
    model = json.loads((package / "rules" / f"model-{RULE_MODEL}.json").read_text())["ModelRules"]
    accepted: set[str] = set()
    complaints = {}
    for defect in DEFECTS:
        if defect.rule not in report.failures:
            continue
        condition = model[defect.rule]["ValidationCriteria"]["Condition"]
        broken = count_rows(data, defect.breach)
        if condition != defect.condition:
            complaints[defect.rule] = f"its condition is no longer the faulty one: {json.dumps(condition)}"
        elif broken:
            complaints[defect.rule] = f"{broken} rows do break it ({defect.breach})"
        else:
            accepted.add(defect.rule)
    pending = {rule: message for rule, message in report.failures.items() if rule not in accepted}
    while True:
        followed = {
            rule
            for rule, message in pending.items()
            if (children := _CHILDREN.search(message)) and set(children[1].split(", ")) <= accepted
        }
        if not followed:
            return [f"{rule}: {complaints.get(rule, message)}" for rule, message in sorted(pending.items())]
        accepted |= followed
        pending = {rule: message for rule, message in pending.items() if rule not in followed}


def count_rows(data: Path, condition: str) -> int:
    """How many rows of a Parquet file meet a SQL condition."""
    with duckdb.connect() as connection:
        row = connection.read_parquet(str(data)).filter(condition).aggregate("count(*)").fetchone()
    return int(row[0]) if row else 0


def main(arguments: list[str] | None = None) -> int:
    """Check each provider, print what was found, and return 1 where a failure is not explained."""
    parser = argparse.ArgumentParser(prog="python -m scripts.conformance", description="Run the FOCUS validator.")
    parser.add_argument("--warehouse", type=Path, help="a built warehouse with sources aws, azure and gcp")
    options = parser.parse_args(arguments)
    try:
        package = prepare_environment()
        with tempfile.TemporaryDirectory(prefix="cloudcost-conformance-") as folder:
            warehouse = options.warehouse or build_warehouse(Path(folder))
            return max(check_provider(package, warehouse, provider, Path(folder)) for provider in PROVIDERS)
    except (ConformanceError, subprocess.CalledProcessError) as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2


def check_provider(package: Path, warehouse: Path, provider: str, folder: Path) -> int:
    """Validate one provider and state what was found; 1 where a failure is not explained."""
    data = folder / f"{provider}.parquet"
    rows = export_provider(warehouse, provider, data)
    report = validate(package, data)
    defects = [d for d in DEFECTS if d.rule in report.failures]
    unproved = find_unproved(report, package, data)
    print(
        f"{provider}: {rows} rows; {report.rules} rules: {report.passed} pass, {report.skipped} the validator cannot "
        f"check, {report.failed} fail, {len(unproved)} of them unexplained"
    )
    for defect in defects:
        print(f"  defect of the validator: {defect.rule} {defect.why}")
    for complaint in unproved:
        print(f"  FAILED {complaint}")
    return 1 if unproved else 0


if __name__ == "__main__":
    sys.exit(main())
