"""The command line `cloudcost`. Heavy imports happen inside the commands, so that `--help` answers at once."""

from cli.app import main

__all__ = ["main"]
