"""What commands share: the installation that their options name."""

from functools import partial
from typing import TYPE_CHECKING

import typer

from cli.output.presentation import READER

if TYPE_CHECKING:
    from cloudcost.identity.profile import Profile
    from cloudcost.installation import Installation


def find_installation(context: typer.Context) -> "Installation":
    """The installation that the options and the environment name, with its configuration file checked.

    What was changed since is in the state, whose place a command looks at first.
    """
    from cloudcost.installation import Installation

    installation = Installation.find(context.obj["config"], "cli")
    _ = installation.file_config
    READER.be(partial(_find_profile, installation))
    return installation


def _find_profile(installation: "Installation") -> "Profile":
    from cloudcost.actors import find_profile

    return find_profile(installation)
