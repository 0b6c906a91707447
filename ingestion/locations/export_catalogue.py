"""AWS Data Exports as their own service lists them: where each one writes, and which of them no source reads."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clouds.access import AwsAccess
from clouds.aws.errors import explain_error
from clouds.aws.session import open_client
from clouds.politeness import Politeness
from core.errors import LocationError, explaining

if TYPE_CHECKING:
    from ingestion.sections.sources import SourceConfig

SCHEME = "bcm-data-exports://"
#: The service answers in this region only, whatever region the export writes to.
REGION = "us-east-1"


@dataclass(frozen=True)
class DataExport:
    """One export: its name, the S3 folder below which its deliveries lie, and whether AWS states that it is well."""

    name: str
    location: str
    status: str

    @property
    def described(self) -> str:
        """The export as one line of `cloudcost check`."""
        state = "" if self.status == "HEALTHY" else f", which AWS calls {self.status}"
        return f"AWS data export {self.name!r}{state}: location {self.location}"


def list_exports(
    access: AwsAccess, environ: Mapping[str, str], politeness: Politeness | None = None
) -> list[DataExport]:
    """All data exports of the account, ordered by name. Raises `LocationError`."""
    what = "the list of data exports"
    with explaining(
        lambda error: explain_error(
            error, address=what, bucket="", permission="bcm-data-exports:ListExports", service="Data Exports"
        )
    ):
        client = open_client("bcm-data-exports", access.model_copy(update={"region": REGION}), politeness, environ)
        arns = [
            found["ExportArn"] for page in client.get_paginator("list_exports").paginate() for found in page["Exports"]
        ]
        return sorted((_read_export(client.get_export(ExportArn=arn)) for arn in arns), key=lambda e: e.name)


def _read_export(answer: Mapping[str, Any]) -> DataExport:
    export = answer["Export"]
    place = export["DestinationConfigurations"]["S3Destination"]
    folder = "/".join(part for part in (place["S3Prefix"].strip("/"), export["Name"]) if part)
    status = answer.get("ExportStatus", {}).get("StatusCode", "HEALTHY")
    return DataExport(export["Name"], f"s3://{place['S3Bucket']}/{folder}", status)


def find_export(
    name: str, access: AwsAccess, environ: Mapping[str, str], politeness: Politeness | None = None
) -> DataExport:
    """The export of that name; `LocationError` names those that are there where it is not."""
    exports = list_exports(access, environ, politeness)
    for export in exports:
        if export.name == name:
            return export
    there = ", ".join(e.name for e in exports) or "none"
    raise LocationError(f"there is no data export {name!r} in the account; there are: {there}", "not_found")


def find_unread_exports(
    sources: "Sequence[SourceConfig]",
    environ: Mapping[str, str],
    readable: Collection[str],
    politeness: Politeness | None = None,
) -> list[str]:
    """A line per data export that no source reads, requested as each of the ``readable`` sources is; a refusal too."""
    from ingestion.sections.sources import overlap

    aws = [s for s in sources if s.scheme in ("s3", "bcm-data-exports")]
    lines: list[str] = []
    for access in dict.fromkeys(s.access.aws for s in aws if s.name in readable):
        try:
            exports = list_exports(access, environ, politeness)
        except LocationError as error:
            lines.append(f"data exports cannot be listed ({error.reason.replace('_', ' ')}): {error}")
            continue
        lines += [
            e.described
            for e in exports
            if not any(s.location == f"{SCHEME}{e.name}" or overlap(s.location, e.location) for s in aws)
        ]
    return list(dict.fromkeys(lines))
