"""In which records sightings are kept: those of a 256th of all findings together, in a record or as many as are needed.

A record is named by the first digits of its findings' hashes, two at least. One that would be larger than a store can
hold (DynamoDB: 400 KB) is sixteen with a digit more; so each record stays small, however many findings there are.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from savings.lifecycle.status import Sighting
from state import Record
from state.records import Body, encode_body

#: Digits of the name of a record that is not split, and the most: with 3 more, 256 x 4,096 records of `LARGEST`.
TOP, DEEPEST = 2, 5
#: Bytes of a record: DynamoDB holds 409,600, of which the names of its attributes are some.
LARGEST = 300_000


def name_shard(name: str, digits: int = TOP) -> str:
    """The record of a finding, where its name has so many digits."""
    return hashlib.sha256(name.encode()).hexdigest()[:digits]


def list_shards(name: str) -> list[str]:
    """Every record that a finding can be in."""
    return [name_shard(name, digits) for digits in range(TOP, DEEPEST + 1)]


def gather(records: Iterable[Record], names: Collection[str] | None = None) -> dict[str, Sighting]:
    """The sightings of these records, or those of them that are named. Of one that is in two, because a split was cut
    short, the newer."""
    found: dict[str, Sighting] = {}
    for record in records:
        kept = record.body["findings"]
        for name in kept if names is None else kept.keys() & set(names):
            one = Sighting.model_validate(kept[name])
            if name not in found or one.last_seen >= found[name].last_seen:
                found[name] = one
    return found


def split_shard(key: str, findings: Mapping[str, Sighting]) -> dict[str, Body]:
    """The bodies of the records of these findings, by name."""
    bodies = {name: one.model_dump(mode="json") for name, one in sorted(findings.items())}
    sizes = {name: len(encode_body({name: body}).encode()) for name, body in bodies.items()}
    return {part: {"findings": {name: bodies[name] for name in names}} for part, names in _split(key, sizes)}


def _split(key: str, sizes: Mapping[str, int]) -> Iterator[tuple[str, list[str]]]:
    if sum(sizes.values()) <= LARGEST or len(key) >= DEEPEST:
        yield key, list(sizes)
        return
    parts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, size in sizes.items():
        parts[name_shard(name, len(key) + 1)][name] = size
    for part in sorted(parts):
        yield from _split(part, parts[part])
