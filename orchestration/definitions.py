"""Everything Dagster serves: loads the configuration, has every domain build its share and binds the resources."""

import dagster as dg

from cloudcost.dbt.project import prepare_manifest
from cloudcost.identity.home_access import write_privately
from cloudcost.installation import Installation
from orchestration.domains import Frame, build_domains
from orchestration.partitions import billing_periods
from orchestration.resources.installation import InstallationResource


def build_definitions(installation: Installation) -> dg.Definitions:
    """The definitions of one installation."""
    partitions = billing_periods(installation.periods.first(), installation.periods.months_ahead())
    frame = Frame(installation, partitions, prepare_manifest(installation))
    bound = dg.Definitions(
        executor=dg.multiprocess_executor.configured(take_no_settings, config_schema={}),
        resources={
            "installation": InstallationResource.of(installation),
            "io_manager": dg.IOManagerDefinition(open_outputs, config_schema={}),
        },
    )
    return dg.Definitions.merge(build_domains(frame), bound)


def take_no_settings(_: object) -> dict[str, object]:
    """The settings of the executor: none. Dagster would let every run configure which modules its processes import, and
    whoever has a session of the UI writes a run's configuration.
    """
    return {}


def open_outputs(context: dg.InitResourceContext) -> dg.IOManager:
    """Where Dagster keeps outputs by itself; its own definition would let every run name the folder."""
    assert context.instance is not None  # noqa: S101 - a run has one
    return dg.FilesystemIOManager(base_dir=context.instance.storage_directory()).create_io_manager(context)


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions of the installation that the environment names."""
    write_privately()
    return build_definitions(Installation.find())
