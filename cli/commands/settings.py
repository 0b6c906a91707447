"""`cloudcost settings`: sections that people change without editing the configuration file, and their versions."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from cli.commands.actions import ActorOption, OutputOption
from cli.output.presentation import Moment
from cli.output.tables import Format, print_rows

if TYPE_CHECKING:
    from cloudcost.installation import Installation
    from cloudcost.managed_settings import SettingsVersion

settings_app = typer.Typer(
    help="Budgets, limits of anomalies and events: show, change, roll back. Changing is for the role admin.",
    no_args_is_help=True,
)
SectionArgument = Annotated[str, typer.Argument(help="budgets, anomalies or forecasts.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")]


@settings_app.command("list")
def list_settings(context: typer.Context, output: OutputOption = Format.TABLE) -> None:
    """List the sections: whether the file counts or a version that somebody made, and who may not change it."""
    from cloudcost.managed_settings import SECTIONS, STOP

    installation = _open(context)
    locked = installation.file_config.locked_settings
    rows = []
    for section in (*SECTIONS, STOP):
        found = installation.managed_settings.find(section)
        where = "file" if found.value is None else f"version {found.version}"
        state = "locked by the file" if section in locked else where
        rows.append((section, state, found.version, found.actor, Moment.read(found.at), found.reason))
    print_rows(("section", "counts", "version", "changed_by", "changed_at", "reason"), rows, output)


@settings_app.command()
def show(context: typer.Context, section: SectionArgument) -> None:
    """Print a section as it counts now, as YAML that `set` takes."""
    import yaml

    installation = _open(context)
    found = installation.managed_settings.find(section)
    if found.value is not None and section not in installation.file_config.locked_settings:
        print(f"# version {found.version} by {found.actor} at {found.at}: {found.reason}", file=sys.stderr)
        value = found.value
    else:
        print("# as the configuration file has it", file=sys.stderr)
        config = installation.file_config
        value = config.model_dump(mode="json", include={section}, exclude_unset=True, by_alias=True).get(section)
    print(yaml.safe_dump({section: value}, sort_keys=False, allow_unicode=True).rstrip())


@settings_app.command("set")
def set_section(
    context: typer.Context,
    section: SectionArgument,
    file: Annotated[Path, typer.Option("--file", help="YAML with the whole section under its name.")],
    reason: ReasonOption,
    version: Annotated[
        Optional[int],  # noqa: UP045 - typer reads it at run time
        typer.Option("--version", help="The version it must still have; else the change is refused."),
    ] = None,
    actor: ActorOption = "",
) -> None:
    """Put a section in the place of the file's, if the whole configuration holds together with it."""
    from core.config_file import ConfigError, read_document

    installation = _open(context)
    person = _authorise(installation, actor)
    document = read_document(file)
    values = None if document is None else document.values
    if not isinstance(values, dict) or list(values) != [section]:
        raise ConfigError(f"{file}:1: a mapping with the one key {section!r} is expected")
    _print(installation.managed_settings.change(person, section, values[section], reason, version))


@settings_app.command()
def reset(context: typer.Context, section: SectionArgument, reason: ReasonOption, actor: ActorOption = "") -> None:
    """Let the file count again."""
    installation = _open(context)
    _print(installation.managed_settings.change(_authorise(installation, actor), section, None, reason))


@settings_app.command()
def versions(context: typer.Context, section: SectionArgument, output: OutputOption = Format.TABLE) -> None:
    """List every version of a section: who changed it, when and why."""
    rows = [
        (one.version, Moment.read(one.at), one.actor, one.reason, "file" if one.value is None else _count(one.value))
        for one in _open(context).managed_settings.list_versions(section)
    ]
    print_rows(("version", "at", "by", "reason", "holds"), rows, output)


@settings_app.command()
def rollback(
    context: typer.Context,
    section: SectionArgument,
    version: Annotated[int, typer.Option("--version", help="The version to go back to; 0 is the file.")],
    reason: ReasonOption,
    actor: ActorOption = "",
) -> None:
    """Let a section be as it was in a version; this is a new version."""
    installation = _open(context)
    _print(installation.managed_settings.roll_back(_authorise(installation, actor), section, version, reason))


def _authorise(installation: "Installation", chosen: str) -> str:
    from cloudcost.actors import find_allowed

    return find_allowed(installation, chosen, "change_settings")


def _count(value: Any) -> str:
    return f"{len(value)} entries" if isinstance(value, list) else ", ".join(map(str, value)) or "nothing"


def _print(version: "SettingsVersion") -> None:
    where = "the configuration file counts" if version.value is None else f"version {version.version} counts"
    print(f"{version.section}: {where}; the next run reads it")


def _open(context: typer.Context) -> "Installation":
    """The installation; a section that does not hold together any more must not keep anybody from putting it right."""
    from cli.context import find_installation

    return find_installation(context)
