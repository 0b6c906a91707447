"""Answers about money: which snapshot each is of, until when it is complete, and whether its periods are reconciled."""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from importlib.metadata import version
from typing import Any, Generic, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel, Field

from api.callers import Caller
from api.money.paging import Cursors, digest_question
from api.money.questions import Period
from api.published import Reading, Snapshot, judge_reconciled
from api.services import Services

Item = TypeVar("Item")
#: Another release may answer otherwise.
_RELEASE = version("cloudcost")


class MoneyAnswer(BaseModel):
    """What every answer about money states."""

    snapshot_id: str = Field(description="The publication that the figures are of.", examples=["01780000000-3fa2c1"])
    published_at: dt.datetime = Field(description="Since when they are published.", examples=["2026-04-01T06:12:09Z"])
    data_complete_until: dt.date | None = Field(
        description="The last day until which every source has usage.", examples=["2026-03-31"]
    )
    is_reconciled: bool | None = Field(
        description="Whether every total of the periods that are asked about is what the exports state; null where "
        "that is not known."
    )


@dataclass(frozen=True)
class Content:
    """What a route makes of a reading: body, media type, own headers. ``value``: what JSON was made of."""

    body: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    value: dict[str, Any] | None = None


@dataclass(frozen=True)
class Page(Generic[Item]):
    """A part of a list, and the cursor of the next one."""

    items: Sequence[Item]
    next: str | None


@dataclass(frozen=True)
class Asking:
    """One question of one caller."""

    request: Request
    services: Services
    caller: Caller

    def answer(self, make: Callable[[Reading], Content], *more: object) -> Response:
        """The answer, or 304 where the asker has it already. ``more``: what it depends on beside path and query."""
        snapshot = self.services.published.look()
        headers = self._headers(snapshot, more)
        if self._has_it(headers["ETag"]):
            return Response(status_code=304, headers=headers)
        with self.reading() as reading:
            content = make(reading)
        if reading.snapshot is not snapshot:
            headers = self._headers(reading.snapshot, more)
        headers |= content.headers
        return Response(content.body, media_type=content.media_type, headers=headers)

    @property
    def accepted(self) -> str | None:
        """The formats that the asker takes, on which the answer depends."""
        return self.request.headers.get("accept")

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A place and a connection for one question."""
        with self.services.running.hold(self.caller), self.services.published.read() as reading:
            yield reading

    def name_question(self, *more: object) -> str:
        """The name of the question, which is another for somebody who sees other rows; its page is no part of it."""
        asked = sorted((n, v) for n, v in self.request.query_params.multi_items() if n not in ("cursor", "limit"))
        return digest_question(self.request.url.path, asked, list_seen(self.services, self.caller), more)

    def page(
        self, items: Sequence[Item], limit: int, cursor: str | None, place_of: Callable[[Item], str]
    ) -> "Page[Item]":
        """A page of what the state has, in order of their places, which stay: what leaves the list between two pages,
        as a proposal that is decided, lets no other be left out."""
        cursors, question = Cursors.of(self.services), self.name_question()
        last = cursors.find(cursor, question, "")
        later = [item for item in items if last is None or place_of(item) > str(last)]
        found = later[:limit]
        return Page(found, cursors.write(question, "", place_of(found[-1])) if len(later) > limit else None)

    def _headers(self, snapshot: Snapshot, more: Sequence[object]) -> dict[str, str]:
        return {
            "ETag": self._tag(snapshot, more),
            "Last-Modified": format_datetime(snapshot.published_at.replace(microsecond=0), usegmt=True),
            "X-Snapshot-Id": snapshot.snapshot_id,
            "Vary": "Accept, Authorization",
        }

    def _tag(self, snapshot: Snapshot, more: Sequence[object]) -> str:
        page = [self.request.query_params.get(name) for name in ("cursor", "limit")]
        parts = (snapshot.snapshot_id, _RELEASE, self.name_question(*more), page)
        return f'"{digest_question(*parts)}"'

    def _has_it(self, tag: str) -> bool:
        given = self.request.headers.get("if-none-match", "")
        return given.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in given.split(",")}


def place_at(moment: dt.datetime, name: str) -> str:
    """The place of what is listed by a moment, and by its name where that is the same."""
    return f"{moment.astimezone(dt.UTC).isoformat(timespec='microseconds')} {name}"


def list_seen(services: Services, caller: Caller) -> object:
    """Whose rows the caller sees: `all`, or the scopes as the configuration has them."""
    if caller.person.sees_all_rows:
        return "all"
    scopes = services.installation.config.dashboards.scopes
    return [scope.model_dump(mode="json") for scope in scopes if scope.name in caller.person.scopes]


def list_stated(caller: Caller, sources: Sequence[str]) -> Sequence[str]:
    """Of which sources an answer says how far they are; of all to whoever sees a part of the costs, lest it says which
    there are."""
    return sources if caller.person.sees_all_rows else ()


def describe(snapshot: Snapshot, periods: Collection[Period], sources: Collection[str] = ()) -> dict[str, Any]:
    """The fields of `MoneyAnswer`, for these periods of these sources; of no period in particular for all of them."""
    asked = [
        one
        for one in snapshot.standings
        if (not sources or one.source_name in sources) and (not periods or any(_has(one, p) for p in periods))
    ]
    until = snapshot.complete_of(sources)
    return {
        "snapshot_id": snapshot.snapshot_id,
        "published_at": snapshot.published_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "data_complete_until": None if until is None else until.isoformat(),
        "is_reconciled": judge_reconciled(asked),
    }


def write_json(body: Mapping[str, Any]) -> bytes:
    """A body as it is sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _has(standing: Any, period: Period) -> bool:
    if period.is_month:
        return bool(standing.billing_period == period.start)
    if standing.first_day is None:
        return False
    return bool(standing.first_day < period.end and standing.last_day >= period.start)
