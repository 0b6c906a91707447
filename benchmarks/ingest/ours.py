"""Our own way of an export to FOCUS rows, its halves measured one by one."""

import json
from pathlib import Path

from benchmarks._measuring import Figures, Stopwatch, build, publish
from benchmarks.ingest.inputs import Input


def run_ours(kind: Input, file: Path, folder: Path) -> Figures:
    """Land, judge and promote the file, then build the FOCUS table."""
    import dbt.cli.main
    import great_expectations  # what every process loads once is not what a row costs

    from cloudcost.dbt.project import prepare_manifest
    from cloudcost.installation import Installation

    assert dbt.cli.main
    assert great_expectations

    config = folder / "cloudcost.yaml"
    location = json.dumps(str(file))
    config.write_text(f"sources:\n  - {{name: bench, provider: {kind.provider}, location: {location}}}\n")
    installation = Installation(config, folder / "home")
    prepare_manifest(installation)  # dbt reads the project once after it was installed, not for every delivery
    whole, landing = Stopwatch(), Stopwatch()
    report = installation.ingestor().ingest(installation.source("bench"))
    if not report.promoted:
        raise SystemExit(f"nothing was promoted: {report.problems}")
    landed = landing.lap()
    publish(installation)
    model = build(installation, "--select", "+int_focus__unioned", "--exclude", "test_type:data")
    figures = whole.lap()
    figures.parts = {
        "landing": landed.seconds,
        "FOCUS build": model,
        "dbt's start": figures.seconds - landed.seconds - model,
    }
    return figures
