"""Manifests that are not whole, contradict the files, or were written by somebody else."""

import json
from typing import Any

from benchmarks.inputs.draft import Draft, Right
from benchmarks.inputs.kinds.registry import ALL, kind

WITH_MANIFEST = ("aws", "azure")


def edit(draft: Draft, change: Any) -> None:
    """Write the export with a manifest, changed so."""
    draft.bare = False
    draft.edit_manifest = change


@kind("manifests", ALL, WITH_MANIFEST)
def a_sound_manifest(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.bare = False


@kind("manifests", ALL, WITH_MANIFEST)
def a_manifest_with_more_in_it(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    edit(draft, lambda m: {"_comment": "ünï", **m, "later": {"a": [1, None]}, "manifestVersion": "2099-01-01"})


@kind("manifests", ALL, WITH_MANIFEST)
def a_manifest_with_a_mark(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    edit(draft, lambda m: b"\xef\xbb\xbf" + json.dumps(m).encode())


@kind("manifests", ALL, WITH_MANIFEST)
def a_manifest_that_is_none(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "the manifest cannot be read")
    content = draft.random.choice(
        [b"", b"{", b"[]", b"null", b"42", b'"text"', b"\xff\xfe{\0}\0", b"{}", b"<html>", b"[" * 100_000, b"\0" * 100]
    )  # fmt: skip
    draft.details = repr(content[:10])
    edit(draft, lambda m: content)


@kind("manifests", ALL, WITH_MANIFEST)
def a_manifest_cut_short(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "the manifest cannot be read")
    share = draft.random.uniform(0.05, 0.95)
    edit(draft, lambda m: (text := json.dumps(m).encode())[: int(len(text) * share)])


@kind("manifests", ALL, WITH_MANIFEST)
def a_file_of_the_manifest_is_missing(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a file that the manifest lists is not there")
    if draft.format.layout == "aws":
        edit(draft, lambda m: {**m, "dataFiles": [*m["dataFiles"], f"{m['dataFiles'][0]}.second.parquet"]})
    else:
        edit(draft, lambda m: _more_blobs(m, f"{m['blobs'][0]['blobName']}.second.csv"))


def _more_blobs(manifest: dict[str, Any], name: str) -> dict[str, Any]:
    blob = {**manifest["blobs"][0], "blobName": name}
    sums = {k: manifest[k] + blob[k] for k in ("byteCount", "dataRowCount")}
    return {**manifest, **sums, "blobCount": 2, "blobs": [*manifest["blobs"], blob]}


@kind("manifests", ALL, WITH_MANIFEST)
def a_file_twice_in_the_manifest(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "the manifest lists a file twice")
    if draft.format.layout == "aws":
        edit(draft, lambda m: {**m, "dataFiles": m["dataFiles"] * 2})
    else:
        edit(draft, lambda m: _more_blobs(m, m["blobs"][0]["blobName"]))


@kind("manifests", ALL, ["azure"])
def counts_that_are_not_so(draft: Draft) -> None:
    """Another number of rows or bytes than there are, said consistently or not."""
    draft.expect(Right.REFUSED, "the manifest promises something else")
    field = draft.random.choice(["dataRowCount", "byteCount"])
    by = draft.random.choice([-1, 1, 1000])
    both = draft.random.random() < 0.7

    def change(m: dict[str, Any]) -> dict[str, Any]:
        blobs = [{**m["blobs"][0], field: m["blobs"][0][field] + by}, *m["blobs"][1:]]
        return {**m, field: m[field] + (by if both else 0), "blobs": blobs}

    draft.details = f"{field} {by:+d}"
    edit(draft, change)


@kind("manifests", ALL, ["azure"])
def counts_that_are_none(draft: Draft) -> None:
    field = draft.random.choice(["blobCount", "dataRowCount", "byteCount"])
    value = draft.random.choice(["²", "-1", "1e3", "many", -5, 1.5, True, [], {}, "٣", "", 10**30, "0x1"])
    draft.details = f"{field} {value!r}"
    draft.expect(Right.REFUSED, "a count that is none")
    if value in ("", [], {}):
        draft.expect(Right.EITHER)
    edit(draft, lambda m: {**m, field: value})


@kind("manifests", ALL, WITH_MANIFEST)
def names_of_another_type(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "the manifest does not list files")
    value: Any = draft.random.choice([None, 1, "x", {}, [1], [None], [[]], [{"blobName": 7}], [""], [{}]])
    draft.details = repr(value)
    edit(draft, lambda m: {**m, ("dataFiles" if draft.format.layout == "aws" else "blobs"): value})


@kind("manifests", ALL, WITH_MANIFEST)
def a_manifest_of_an_impossible_month(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "the manifest is of a month that is none")
    first, last = draft.random.choice(
        [("20261301", "20261401"), ("99991201", "99991231"), ("00010101", "00010131"), ("20261001", "20260901"),
         ("xxxxyyyy", "zzzzwwww"), ("21500101", "21500131"), ("19690101", "19690131")]
    )  # fmt: skip
    draft.details = first
    if draft.format.layout == "aws" and (first.startswith("x") or first > last):
        draft.expect(Right.EITHER)  # its folder names the month as well, and its end is of no use

    def change(m: dict[str, Any]) -> dict[str, Any]:
        if "billingPeriod" in m:
            return {**m, "billingPeriod": {"start": f"{first}T000000.000Z", "end": f"{last}T000000.000Z"}}
        start, end = (f"{d[:4]}-{d[4:6]}-{d[6:]}T00:00:00" for d in (first, last))
        return {**m, "runInfo": {**m["runInfo"], "startDate": start, "endDate": end}}

    edit(draft, change)


@kind("manifests", ALL, WITH_MANIFEST)
def an_identity_nobody_expects(draft: Draft) -> None:
    """The id of a run becomes part of names in lake and ledger: whatever it is, it stays there."""
    identity: Any = draft.random.choice(
        ["x" * 5_000, "../../../../tmp/escape", "\ud800", "a/b\\c", "", " ", "\0", "\n", "ü" * 300, 7, None, {"a": 1},
         [], "CON", "%2e%2e", "a'b\"c;--", "..", "."]
    )  # fmt: skip
    draft.details = repr(identity)[:40]
    field = "executionId" if draft.format.layout == "aws" else "runId"
    if field == "runId":
        edit(draft, lambda m: {**m, "runInfo": {**m["runInfo"], "runId": identity}})
    else:
        edit(draft, lambda m: {**m, field: identity})


@kind("manifests", ALL, WITH_MANIFEST)
def a_file_outside_the_folder(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "the manifest points out of the folder")
    name = draft.random.choice(["../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "..", "C:\\bill.csv"])
    draft.details = name
    if draft.format.layout == "aws":
        edit(draft, lambda m: {**m, "dataFiles": [name]})
    else:
        edit(draft, lambda m: {**m, "blobs": [{**m["blobs"][0], "blobName": name}]})


@kind("manifests", ALL, ["azure"])
def an_export_of_something_else(draft: Draft) -> None:
    """A price sheet or reservation details hold no costs: left alone, and said."""
    draft.expect(Right.NOT_TAKEN, "it is an export without costs")
    kind_name = draft.random.choice(["PriceSheet", "ReservationDetails", "ReservationRecommendations"])
    edit(draft, lambda m: {**m, "exportConfig": {**m["exportConfig"], "type": kind_name}})


@kind("manifests", ALL, WITH_MANIFEST)
def a_manifest_of_another_month(draft: Draft) -> None:
    """The manifest says September, its rows October: nobody knows which month they replace."""
    draft.expect(Right.REFUSED, "the manifest is of another month than the rows")

    def change(m: dict[str, Any]) -> dict[str, Any]:
        if "billingPeriod" in m:
            return {**m, "billingPeriod": {"start": "20240201T000000.000Z", "end": "20240301T000000.000Z"}}
        return {**m, "runInfo": {**m["runInfo"], "startDate": "2024-02-01T00:00:00", "endDate": "2024-02-29T00:00:00"}}

    edit(draft, change)
