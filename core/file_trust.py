"""Whether a file can be trusted by who owns it and who can write it."""

import os
from collections.abc import Collection

#: Group and others. A group is no safer: who is in it changes without anybody looking here.
WRITABLE_BY_OTHERS = 0o022
ROOT = 0


def explain_owner(found: os.stat_result, trusted: Collection[int]) -> str | None:
    """Why what belongs to somebody must not be used; None where it may. Root can write everything anyhow."""
    if found.st_uid in (ROOT, *trusted):
        return None
    return (
        f"it belongs to uid {found.st_uid}, not to the account that uses it (uid {os.geteuid()}): whoever put it there "
        "can write it and may know the key of the audit log. Name another folder (CLOUDCOST_HOME); or give it to that "
        "account (chown) if nobody else can have written it"
    )


def explain_key(found: os.stat_result, trusted: Collection[int]) -> str | None:
    """Why a key must not be used; None where it may. Every release has made keys that nobody else can write."""
    if found.st_mode & WRITABLE_BY_OTHERS:
        return (
            "others can write the key of the audit log and may have put their own there. If that cannot be, close it "
            "(chmod 600), or mount the disk so that its files are yours alone; else put a backup of the key back"
        )
    return explain_owner(found, trusted)
