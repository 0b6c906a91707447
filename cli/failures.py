"""How a command ends with an error: the exit code and the one sentence of those that a user can act on."""

import sys

from core.errors import FAILED, USAGE, CloudcostError


class UsageError(CloudcostError):
    """The command was called in a way that means nothing; the message states how."""

    exit_code = USAGE


def end_with(error: Exception) -> None:
    """End the process with one clear sentence; return where the error is a defect, which shows its traceback."""
    if isinstance(error, CloudcostError):
        code, message = error.exit_code, str(error)
    else:
        from cloudcost.config.document import find_home
        from cloudcost.repair.machine_faults import explain_fault

        code, message = FAILED, explain_fault(error, find_home()) or ""
    if message:
        print(f"error: {message}", file=sys.stderr)
        sys.exit(code)
