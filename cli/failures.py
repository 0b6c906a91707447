"""How a command ends with an error: the exit code and the one sentence of those that a user can act on."""

import sys

#: Exit codes that scripts can rely on.
OK, FAILED, USAGE, INCOMPLETE = 0, 1, 2, 3

#: Errors that are meant for users, by name: what is not used in a command is not loaded either.
CODES = dict.fromkeys(("ConfigError", "NoReasonError", "SettingsError", "UsageError"), USAGE) | dict.fromkeys(
    (
        "AcceptanceError", "AuditBusyError", "AuditKeyError", "CommandError", "FeedbackError", "HomeError",
        "IncidentNotFoundError", "IncidentStateError", "LedgerError", "MessageNotFoundError", "NotAllowedError",
        "ProposalNotFoundError", "ProposalStateError", "ShortNameError", "SourceError", "StateStoreError",
        "UiError", "WarehouseError",
    ),
    FAILED,
)  # fmt: skip


class UsageError(Exception):
    """The command was called in a way that means nothing; the message says how."""


def find_exit_code(error: BaseException) -> int | None:
    """The exit code of an error that is meant for users, or of one that is a kind of it; None for others."""
    return next((CODES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in CODES), None)


def end_with(error: Exception) -> None:
    """End the process with one clear sentence; return where the error is a defect, which shows its traceback."""
    code = find_exit_code(error)
    if code is not None:
        # a KeyError would put its message into quotes
        told = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    else:
        from cloudcost.config.document import find_home
        from cloudcost.repair.machine_faults import explain_fault

        code, told = FAILED, explain_fault(error, find_home()) or ""
    if told:
        print(f"error: {told}", file=sys.stderr)
        sys.exit(code)
