"""Google Cloud, opened for reading what resources there are.

A scope is a project; one answer has all regions of it. Parameters and answers are those of the APIs' discovery
documents (https://www.googleapis.com/discovery/v1/apis).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from clouds.aws.accounts import NotThisMachineError
from clouds.google.rest import GoogleRest, Service
from core.errors import LocationError
from savings.inventory.cells import CellError
from savings.inventory.contract import InventoryTable, ScopeReader

#: Warnings that say nothing of what is missing: a zone without any such resource has the first.
_HARMLESS = frozenset({"NO_RESULTS_ON_PAGE", "DEPRECATED_RESOURCE_USED", "EXPERIMENTAL_TYPE_USED"})
#: More pages than any project has; an answer that goes round must end.
MOST_PAGES = 10_000


@dataclass(kw_only=True)
class GcpReader(ScopeReader):
    """One project."""

    rest: GoogleRest

    def pages(
        self, service: Service, path: str, permission: str, params: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Every page of a list; ``{project}`` in the path is the project."""
        asked = dict(params or {})
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            page = self.rest.get(service, path.replace("{project}", self.account_id), asked, permission)
            yield page
            token = page.get("nextPageToken")
            if not token:
                return
            if token in seen:
                break
            seen.add(token)
            asked["pageToken"] = token
        raise CellError(f"the pages of {path} have no end")

    def aggregated(
        self, kind: str, permission: str, missing: dict[str, str] | None = None
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every resource of a kind of Compute Engine's, with its region (empty: global).

        A zone or region that Google could not reach makes its region incomplete, or, where ``missing`` is given, is
        written down there.
        """
        params = {"maxResults": 500, "returnPartialSuccess": "true"}
        for page in self.pages("compute", f"/compute/v1/projects/{{project}}/aggregated/{kind}", permission, params):
            lost = [str(place) for place in page.get("unreachables") or []]
            for place in lost:
                self._miss(region_of(place), f"{kind} of {place.rpartition('/')[2]} could not be reached", missing)
            if not lost and (said := read_warning(page)):
                self._miss("", f"{kind}: Google warns of {said}", missing)
            for place, part in (page.get("items") or {}).items():
                if said := read_warning(part):
                    self._miss(region_of(place), f"{kind} of {place}: Google warns of {said}", missing)
                for item in part.get(kind) or []:
                    yield region_of(place), item

    def listed(self, path: str, permission: str) -> Iterator[dict[str, Any]]:
        """Every resource of a list of Compute Engine's that is no aggregated one, such as ``global/snapshots``."""
        params = {"maxResults": 500, "returnPartialSuccess": "true"}
        for page in self.pages("compute", f"/compute/v1/projects/{{project}}/{path}", permission, params):
            if said := read_warning(page):
                self.mark_incomplete(f"{path}: Google warns of {said}", "")
            yield from page.get("items") or []

    def _miss(self, region: str, reason: str, missing: dict[str, str] | None) -> None:
        if missing is None:
            self.mark_incomplete(reason, region)
        else:
            missing.setdefault(region, reason)


@dataclass(frozen=True)
class GcpCloud:
    """The projects that may be read."""

    rest: GoogleRest
    projects: Collection[str]
    cloud: Literal["gcp"] = "gcp"

    def list_scopes(self, table: InventoryTable) -> Sequence[tuple[str, str]]:
        """Every project; one answer has all its regions."""
        return [(project, "") for project in self.projects]

    def open(self, account_id: str, region: str) -> GcpReader:
        """A reader of the project."""
        return GcpReader(account_id=account_id, region=region, rest=self.rest)

    def explain(self, error: Exception) -> str | None:
        """What was refused, or which part of an answer is not as Google documents it."""
        if isinstance(error, LocationError | NotThisMachineError):
            return str(error)
        if isinstance(error, KeyError):
            return f"an answer lacks {error}"
        return None


def region_of(place: str) -> str:
    """The region of a zone or region, by its name or URL, as the bill has it; empty: global."""
    match = re.search(r"(?:^|/)(zones|regions|locations)/([a-z0-9-]+)", place)
    kind, name = (match[1], match[2]) if match else ("", place if re.match(r"[a-z]+-[a-z]+\d", place) else "")
    is_zone = kind == "zones" or re.fullmatch(r"[a-z]+-[a-z]+\d+-[a-z]", name)
    return name.rpartition("-")[0] if is_zone else name


def full_name(self_link: str) -> str:
    """A resource's full name from its URL: `//compute.googleapis.com/projects/p/zones/z/instances/i`."""
    return f"//compute.googleapis.com/{self_link[self_link.index('projects/') :]}"


def last_part(url: str | None) -> str | None:
    """What stands behind the last slash."""
    return None if url is None else url.rpartition("/")[2]


def read_warning(part: Mapping[str, Any]) -> str | None:
    """The code of a warning that something is missing."""
    code = (part.get("warning") or {}).get("code")
    return None if code is None or code in _HARMLESS else str(code)


def read_labels(item: Mapping[str, Any], key: str = "labels") -> dict[str, str]:
    """Labels; a resource without any has no such field."""
    return dict(item.get(key) or {})


def find_owner(labels: Mapping[str, str], owners: Iterable[str]) -> str | None:
    """Who made a resource and would make it again, by the labels that services of Google's put on theirs."""
    return next((label for label in owners if label in labels), None)
