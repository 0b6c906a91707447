"""The installation as a Dagster resource. Paths only: secrets never pass through run config."""

from pathlib import Path

import dagster as dg

from orchestration.installation import Installation


class InstallationResource(dg.ConfigurableResource):
    """Opens the configuration, lake, ledger, state store and warehouse of one installation."""

    config_path: str
    home: str

    def open(self) -> Installation:
        """The installation; its parts are opened when they are first used."""
        return Installation(Path(self.config_path), Path(self.home))

    @classmethod
    def of(cls, installation: Installation) -> "InstallationResource":
        """The resource that opens the same installation in another process."""
        return cls(config_path=str(installation.config_path), home=str(installation.home))
