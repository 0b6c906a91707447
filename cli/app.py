"""The commands, their options and their exit codes."""

import logging
import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from cli.commands.actions import actions_app
from cli.commands.anomalies import anomalies_app
from cli.commands.audit import audit_app
from cli.commands.deliveries import deliveries_app
from cli.commands.incidents import incidents_app
from cli.commands.outbox import outbox_app
from cli.commands.people import people_app
from cli.commands.settings import settings_app
from cli.context import find_installation
from cli.failures import UsageError, end_with
from cli.output.tables import Format
from cli.output.terminal import clean_streams
from cli.savings.commands import savings_app
from cli.sign_in.commands import sign_in_app
from cli.sign_in.keys import keys_app
from cli.sign_in.profile import profile_app
from cloudcost.identity.home_access import write_privately

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")

app = typer.Typer(
    name="cloudcost",
    help="Multi-cloud cost management: billing exports in; reconciled costs, forecasts, anomalies and actions out.",
    epilog="Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 3 done, but a delivery could not be taken or "
    "an alert not be sent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(actions_app, name="actions")
app.add_typer(anomalies_app, name="anomalies")
app.add_typer(audit_app, name="audit")
app.add_typer(deliveries_app, name="deliveries")
app.add_typer(incidents_app, name="incidents")
app.add_typer(keys_app, name="keys")
app.add_typer(outbox_app, name="outbox")
people_app.add_typer(profile_app, name="profile")
app.add_typer(people_app, name="people")
app.add_typer(savings_app, name="savings")
app.add_typer(settings_app, name="settings")
# without a name: its commands stand beside the others
app.add_typer(sign_in_app)

#: What a version names beside our own: the names of the packages.
TOOLS = {"DuckDB": "duckdb", "dbt": "dbt-core", "Dagster": "dagster"}


class CloudName(StrEnum):
    """Clouds that grant permissions."""

    AWS = "aws"
    AZURE = "azure"
    GCP = "gcp"


OutputOption = Annotated[Format, typer.Option("--format", help="How to print rows.")]


def print_version(is_requested: bool) -> None:
    """Print the versions of cloudcost and of what it stands on, as a report of a fault needs them, and end."""
    if is_requested:
        from importlib.metadata import version

        tools = ", ".join(f"{name} {version(package)}" for name, package in TOOLS.items())
        print(f"cloudcost {version('cloudcost')} ({tools})")
        raise typer.Exit


@app.callback()
def set_up(
    context: typer.Context,
    config: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads it at run time
        typer.Option("--config", "-c", help="Configuration file. Default: $CLOUDCOST_CONFIG, else ./cloudcost.yaml."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show Dagster's and dbt's log here too.")] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=print_version, is_eager=True, help="Print the versions of all this, and end."
        ),
    ] = False,
) -> None:
    """Remember the options that all commands share."""
    context.obj = {"config": config, "verbose": verbose}


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("cloudcost.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a commented configuration file."""
    from cli.commands.setup import write_example

    write_example(path, force)


@app.command()
def check(context: typer.Context) -> None:
    """Check the configuration, and for every source its credentials, reachability and format."""
    from cli.commands.check import check_sources

    installation = find_installation(context)
    installation.read_settings()
    raise typer.Exit(check_sources(installation))


@app.command()
def permissions(
    cloud: Annotated[CloudName, typer.Option(help="The cloud that grants them.")],
    check: Annotated[Optional[list[str]], typer.Option(help="Of this check; may be given again.")] = None,  # noqa: UP045
    action: Annotated[Optional[list[str]], typer.Option(help="Of this action; may be given again.")] = None,  # noqa: UP045
) -> None:
    """Print the policy or role that checks and actions need in a cloud, and no more; by default that of all checks
    that look into accounts."""
    from cli.savings.permissions import print_permissions

    print_permissions(cloud.value, check or [], action or [])


@app.command("run-export")
def run_export(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="A source in Azure that has access.azure.query_scope.")],
    export: Annotated[str, typer.Argument(help="Name of the Cost Management export to start.")],
) -> None:
    """Let Azure write an export now, instead of at its next scheduled time."""
    from cli.commands.run_export import start_export

    start_export(find_installation(context), source, export)


@app.command()
def run(
    context: typer.Context,
    period: Annotated[Optional[str], typer.Option(help="One billing period, such as 2026-10, rebuilt whole.")] = None,  # noqa: UP045
    everything: Annotated[bool, typer.Option("--all", help="Rebuild every billing period.")] = False,
    retry_quarantined: Annotated[
        bool, typer.Option("--retry-quarantined", help="Judge deliveries again that are in quarantine.")
    ] = False,
    timings: Annotated[
        bool, typer.Option("--timings", help="Say at the end where the time went: sources, steps, slowest models.")
    ] = False,
    output: Annotated[Format, typer.Option("--format", help="How --timings prints its rows.")] = Format.TABLE,
) -> None:
    """Ingest what is new and bring warehouse, forecasts, anomalies, alerts and proposals up to date."""
    from cli.output.timings import show_timings
    from core.progress import measure

    with show_timings(timings, output):
        with measure("start", "imports of the command"):
            from cli.commands.run import run_pipeline

        with measure("start", "configuration"):
            installation = find_installation(context)
            installation.check_usable()
        code = run_pipeline(installation, period, everything, retry_quarantined, context.obj["verbose"])
    raise typer.Exit(code)


@app.command()
def totals(
    context: typer.Context,
    as_of: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--as-of",
            help="What was believed at that moment: 2026-04-02T12:00 (UTC), or 2026-04-02 for the end of that day.",
        ),
    ] = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """Show rows and exact cost per source, billing period and currency; now, or as they were known at a past moment."""
    from cli.commands.history import print_totals_as_of
    from cli.commands.queries import print_totals

    installation = find_installation(context)
    if as_of is None:
        print_totals(installation, output)
    else:
        print_totals_as_of(installation, as_of, output)


@app.command()
def statement(
    context: typer.Context,
    team: Annotated[str, typer.Option(help="A team, as the allocation names it.")],
    period: Annotated[str, typer.Option(help="A billing period, such as 2026-10.")],
    measure: Annotated[
        str, typer.Option(help="effective_cost (amortised, showback) or billed_cost (chargeback).")
    ] = "effective_cost",
    output: OutputOption = Format.TABLE,
) -> None:
    """Show what a team owes for a month: its own cost, credits, its part of shared cost; reconciled or not."""
    from cli.commands.statement import print_statement

    print_statement(find_installation(context), team, period, measure, output)


@app.command()
def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(help="A SELECT on the warehouse, which is opened read-only.")],
    as_of: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--as-of", help="Any mart as it was published then; how long, `dashboards.keep_published_days` says."
        ),
    ] = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """Ask the warehouse in SQL."""
    from cli.commands.queries import print_query

    print_query(find_installation(context), sql, as_of, output)


@app.command()
def simulate(
    out: Annotated[Path, typer.Option("--out", help="Folder to write the exports and truth.json to.")],
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 7,
    months: Annotated[int, typer.Option(min=1, max=60, help="Billing periods.")] = 13,
    rows_per_month: Annotated[
        int, typer.Option("--rows-per-month", min=1000, max=100_000_000, help="Line items of all clouds.")
    ] = 77_000,
) -> None:
    """Write the exports of a simulated company in the clouds' real formats, with the truth beside them."""
    from cli.commands.setup import simulate_exports

    simulate_exports(out, seed, months, rows_per_month)


@app.command()
def ui(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 3000,
) -> None:
    """Start the Dagster UI, for whoever has the link that it prints, and the daemon that runs schedules and sensors."""
    from orchestration.ui.serve import serve_ui

    installation = find_installation(context)
    installation.check_usable()
    serve_ui(installation, host, port)


@app.command()
def api(context: typer.Context) -> None:
    """Serve the API, for whoever signs in there; `api` and `identity` in the configuration say where and by what."""
    from api.serve import serve_api

    installation = find_installation(context)
    installation.check_usable()
    serve_api(installation)


def check_arguments(arguments: Sequence[str]) -> None:
    """`UsageError` for bytes that are no text: they fit no name, file or query that cloudcost could keep or show."""
    for given in arguments:
        if any("\ud800" <= character <= "\udfff" for character in given):
            raise UsageError(f"the argument {given!r} is not UTF-8")


def import_nothing_of_the_folder() -> None:
    """Processes that this one starts, whatever library does it, take no module from the folder that they run in: Python
    looks there first for `-m` and `-c`, and anybody may have put a `dagster.py` into it.
    """
    os.environ["PYTHONSAFEPATH"] = "1"


def main() -> None:
    """Run a command; an error that a user can act on is one clear sentence, not a traceback."""
    write_privately()
    import_nothing_of_the_folder()
    clean_streams()
    # a log that cannot be written, on a full disk, is no traceback on the terminal
    logging.raiseExceptions = False
    try:
        check_arguments(sys.argv[1:])
        app()
    except Exception as error:
        end_with(error)
        raise
