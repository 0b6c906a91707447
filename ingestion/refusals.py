"""Whatever goes wrong with one delivery, as a sentence about it: nothing that lies in a file may stop another one."""

import errno
import logging

import duckdb

from core.errors import SourceError, first_line
from ingestion.contracts import DeliveryError, UntakenError

_LOG = logging.getLogger(__name__)

#: The disk is full, over its quota, read-only or failing.
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE)


def as_refusal(error: Exception, names: str) -> SourceError:
    """What a delivery's files, called ``names``, are refused with: `UntakenError` where this machine is at fault and
    the next run tries again, else `DeliveryError`, which goes into quarantine.
    """
    if isinstance(error, SourceError):
        return error if isinstance(error, DeliveryError | UntakenError) else DeliveryError(str(error))
    if isinstance(error, duckdb.FatalException):
        # whatever made it so is named where it was read; the others of this run share its database
        return UntakenError(f"{names}: cannot be taken now: another file of this source broke its reader")
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return UntakenError(f"{names}: cannot be taken now: more memory is needed than there is ({first_line(error)})")
    text = first_line(error)
    if (isinstance(error, OSError) and error.errno in _DISK) or "No space left" in text or "Could not write" in text:
        return UntakenError(f"{names}: cannot be taken now: {text}")
    _LOG.debug("%s cannot be taken", names, exc_info=error)
    return DeliveryError(f"{names}: cannot be taken: {type(error).__name__}: {text}")
