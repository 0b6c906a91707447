"""What a location holds, seen as deliveries: the vocabulary that the modules of the providers share."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.contracts import Delivery, DeliveryError, FileRef

_DATA_ENDING = re.compile(r"\.(((csv|tsv|jsonl|ndjson|avro|parquet)(\.gz|\.zip)?)|json\.gz|json\.zip)$", re.IGNORECASE)
#: What only a place without manifests may hold: manifests are JSON, an archive that none names may hold anything, a
#: text may be a CSV file or what somebody wrote about it, and BigQuery numbers the files of an export in twelve digits
#: behind whatever name was requested.
_PLAIN_ENDING = re.compile(r"(\.json|\.zip|\.txt|(^|/)[^/.]*[0-9]{12}(\.gz)?)$", re.IGNORECASE)
_PERIOD_FOLDER = re.compile(
    r"(?:^|/)(?:billing_period=(?P<by>\d{4})-(?P<bm>\d\d)"
    r"|(?P<ry>\d{4})(?P<rm>\d\d)\d\d-\d{8}"
    r"|year=(?P<hy>\d{4})/month=(?P<hm>\d{1,2}))(?=/|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Problem:
    """Costs that may be missing: why something could not become a delivery, and of which month where that is known."""

    billing_period: dt.date | None
    message: str


@dataclass(frozen=True)
class Discovery:
    """What a location holds: deliveries, what is wrong, what was left out on purpose, and what is no export file.

    One broken month is a problem beside the deliveries of the others. ``notices`` name files that are known to be
    superseded (older runs, stale chunks); ``ignored`` are names that no reader understands.
    """

    deliveries: tuple[Delivery, ...]
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def delivery_id_for(files: Iterable[FileRef]) -> str:
    """The identity of a delivery that names none: a hash over names, sizes and change signals, in any order."""
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.name):
        digest.update(f"{file.name}\0{file.size}\0{file.etag}\0".encode())
    return digest.hexdigest()[:32]


def is_data_file(name: str) -> bool:
    """Whether a name ends like a file that the reader understands."""
    return _DATA_ENDING.search(name) is not None


def may_hold_rows(name: str) -> bool:
    """Whether a file that lies beside no manifest may be an export, going by its name."""
    return is_data_file(name) or (_PLAIN_ENDING.search(name) is not None and "manifest" not in name.lower())


def may_be_prose(name: str) -> bool:
    """Whether a file that cannot be read as an export is most likely none, going by its name."""
    return name.lower().endswith(".txt")


def find_period(name: str) -> dt.date | None:
    """The billing period that a folder of the path names (the innermost one), or None."""
    found = None
    for match in _PERIOD_FOLDER.finditer(name):
        year = int(match["by"] or match["ry"] or match["hy"])
        month = int(match["bm"] or match["rm"] or match["hm"])
        found = dt.date(year, month, 1) if 1 <= month <= 12 and year else found
    return found


def show_name(name: str) -> str:
    """A name as text that every terminal and every store takes."""
    return name.encode("utf-8", "backslashreplace").decode()


def name_some(names: Sequence[str], limit: int = 3) -> str:
    """A few names for a message."""
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def verify(delivery: Delivery, fetched: Mapping[str, Path]) -> None:
    """Compare the fetched files of a delivery with what was promised, before a row is read; raises `DeliveryError`.

    ``fetched`` maps the name of each file to where it lies now. A file without a promised size has to have its listed
    one, unless that is 0 (a query result, whose size nobody knows before).
    """
    for file in delivery.files:
        path = fetched.get(file.ref.name)
        if path is None or not path.is_file():
            raise DeliveryError(f"{file.ref.name} of delivery {delivery.delivery_id} was not fetched")
        expected = file.ref.size or None if file.expected_bytes is None else file.expected_bytes
        found = path.stat().st_size
        if expected is not None and found != expected:
            source = "listing" if file.expected_bytes is None else "manifest"
            raise DeliveryError(f"{file.ref.name} has {found} bytes where its {source} promises {expected}")
