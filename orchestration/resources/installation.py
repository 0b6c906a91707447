"""The installation as a Dagster resource: chosen when a process starts, never by the configuration of a run."""

from pathlib import Path

import dagster as dg
from dagster._utils.cached_method import cached_method

from cloudcost.installation import Installation


class InstallationResource(dg.ConfigurableResource["InstallationResource"]):
    """Opens the configuration, lake, ledger, state store and warehouse of one installation.

    Which one that is, the environment states where the definitions are loaded (CLOUDCOST_CONFIG, CLOUDCOST_HOME).
    """

    config_path: str
    home: str

    def open(self) -> Installation:
        """The installation; its parts are opened when they are first used."""
        return Installation(Path(self.config_path), Path(self.home))

    @classmethod
    def of(cls, installation: Installation) -> "InstallationResource":
        """The resource that opens this installation."""
        return cls(config_path=str(installation.config_path), home=str(installation.home))

    @cached_method
    def get_resource_definition(self) -> dg.ResourceDefinition:  # type: ignore[override]  # the point of it: nothing to configure
        """What Dagster knows of it: nothing to configure. Its own definition would take fields from a run's
        configuration, and so another configuration with other approvers, and a home with another audit log.
        """
        return dg.ResourceDefinition(lambda _: self, config_schema={}, description=type(self).__doc__)
