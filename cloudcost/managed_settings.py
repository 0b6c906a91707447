"""Settings that people change without touching the configuration file: versions in the state that stand over it.

A section that was changed stands in the place of the file's until somebody lets the file's count again; what the file
locks stays as it is there. Each version is a sealed row of the audit log with the whole section, who changed it and
why; the record beside it is for reading it quickly, and is sealed by the key of the log too.
"""

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.keys import sign
from audit.log import AuditEntry, AuditLog
from audit.rows import AuditRow
from audit.seal import SealedStore
from cloudcost.config.document import CloudcostConfig
from core.config_file import ConfigError, Location, name_key
from core.errors import CloudcostError
from core.instants import Clock
from state import ConflictError, StateStore, Write

KIND = "managed_settings"
SUBJECT = "settings "
CHANGED = "settings.changed"
#: Sections that can be changed, and what each is about. None of them names a file or holds SQL: metrics do.
SECTIONS: Mapping[str, str] = {
    "budgets": "what may be spent",
    "anomalies": "limits of anomalies, and planned events",
    "forecasts": "how far costs are forecast, and events that are known beforehand",
}
#: Stops every execution: the mode of actions is dry_run while it is true.
STOP = "stopped_actions"
STOP_ATTEMPTS = 50


class SettingsError(CloudcostError):
    """Settings cannot be changed so; the message states why.

    ``faults``: where in the section what is wrong, for whoever does not see the configuration file.
    """

    def __init__(self, message: str = "", hint: str | None = None, faults: Sequence[tuple[Location, str]] = ()) -> None:
        super().__init__(message, hint)
        self.faults = tuple(faults)


class NoSuchSettingsError(SettingsError):
    """There is no such section, or no such version of it."""


class OtherVersionError(SettingsError):
    """Somebody changed the section since it was read."""


@dataclass(frozen=True)
class SettingsVersion:
    """A section as somebody left it. ``value`` is None where the file counts again; version 0 is the file as it is."""

    section: str
    version: int
    value: Any
    actor: str = ""
    at: str = ""
    reason: str = ""


class ManagedSettings:
    """The sections that people changed. ``load``: the configuration with sections in the place of the file's."""

    def __init__(
        self, store: StateStore, load: Callable[[Mapping[str, SettingsVersion]], CloudcostConfig], clock: Clock
    ) -> None:
        self._store = store
        self._load = load
        self._clock = clock

    def read(self) -> dict[str, SettingsVersion]:
        """By section, what stands in the place of the file's; the stop of actions is among them."""
        found = {}
        for record in self._store.list(KIND):
            version = self._read(record.key, record.body)
            if version is not None and version.value is not None:
                found[record.key] = version
        return found

    def find(self, section: str) -> SettingsVersion:
        """The present version of a section; `NoSuchSettingsError`."""
        _check_section(section)
        record = self._store.get(KIND, section)
        version = None if record is None else self._read(section, record.body)
        return version or SettingsVersion(section, 0, None)

    def list_versions(self, section: str) -> Sequence[SettingsVersion]:
        """Every version of a section, oldest first."""
        _check_section(section)
        rows = AuditLog(self._store, self._clock).facts_about(f"{SUBJECT}{section}")
        return [version for row in rows if (version := _read_version(row)) is not None]

    def is_stopped(self) -> bool:
        """Whether executions are stopped, by the newest genuine row: a record that was put back starts nothing."""
        versions = self.list_versions(STOP)
        return bool(versions) and versions[-1].value is True

    def change(self, actor: str, section: str, value: Any, reason: str, expected: int | None = None) -> SettingsVersion:
        """Put a section in the place of the file's; None lets the file count again.

        ``expected``: the version that it must still have. `SettingsError` where the file locks the section, the reason
        is missing, or the configuration would not hold together; `OtherVersionError`, also where somebody else changed
        it at the same moment: a stop alone is done again then, it is never the one that is refused.
        """
        for _ in range(STOP_ATTEMPTS if section == STOP and value is True and expected is None else 0):
            try:
                return self._change_once(actor, section, value, reason, expected)
            except OtherVersionError:
                continue
        return self._change_once(actor, section, value, reason, expected)

    def _change_once(self, actor: str, section: str, value: Any, reason: str, expected: int | None) -> SettingsVersion:
        record = self._store.get(KIND, section)
        present = self.find(section)
        if expected is not None and expected != present.version:
            raise OtherVersionError(f"{section} has version {present.version} by now, not {expected}; look again")
        if not reason.strip():
            raise SettingsError("a change needs a reason: the audit log keeps it")
        checked = self._check(section, value)
        number = (0 if record is None else record.version) + 1
        details = {"version": number, "value": checked, "reason": reason.strip()}
        at = self._clock().isoformat(timespec="seconds")
        body = {"version": number, "value": checked, "actor": actor, "at": at, "reason": reason.strip()}
        body["seal"] = self._seal(section, body)
        write = Write.insert(KIND, section, body) if record is None else Write.update(record, body)
        entry = AuditEntry(actor, CHANGED, f"{SUBJECT}{section}", details)
        try:
            AuditLog(self._store, self._clock).commit([write], [entry])
        except ConflictError as conflict:
            raise OtherVersionError(f"somebody else changed {section} at this very moment; look again") from conflict
        return self.find(section)

    def roll_back(self, actor: str, section: str, version: int, reason: str) -> SettingsVersion:
        """Let a section be again as it was in a version; this is a new version."""
        found = next((one for one in self.list_versions(section) if one.version == version), None)
        if version == 0:
            found = SettingsVersion(section, 0, None)
        if found is None:
            raise NoSuchSettingsError(f"{section} has no version {version}", f"`cloudcost settings versions {section}`")
        try:
            return self.change(actor, section, found.value, reason)
        except SettingsError as error:
            if not error.faults:
                raise
            wrong = "; ".join(f"{name_key(place)}: {what}" for place, what in error.faults)
            raise SettingsError(
                f"version {version} of {section} does not hold together with the rest: {wrong}"
            ) from error

    def _read(self, section: str, body: Mapping[str, Any]) -> SettingsVersion | None:
        """The version that a record holds; None for one that was not written here."""
        if section not in SECTIONS and section != STOP:
            return None
        if not hmac.compare_digest(str(body.get("seal")), self._seal(section, body)):
            return None
        return SettingsVersion(section, **{key: body[key] for key in ("version", "value", "actor", "at", "reason")})

    def _seal(self, section: str, body: Mapping[str, Any]) -> str:
        key = self._store.seal.key if isinstance(self._store, SealedStore) else b""
        kept = {name: value for name, value in body.items() if name != "seal"}
        return sign(key, f"settings {section} {json.dumps(kept, sort_keys=True)}")

    def _check(self, section: str, value: Any) -> Any:
        """The section as JSON values, if the whole configuration holds together with it."""
        if section == STOP:
            if value is not None and not isinstance(value, bool):
                raise SettingsError(f"{STOP} is true or false")
            return value
        others = {name: version for name, version in self.read().items() if name not in (section, STOP)}
        config = self._load(others)
        if section in config.locked_settings:
            raise SettingsError(f"{section} is locked by the configuration file (`locked_settings`)")
        if value is None:
            return None
        try:
            config = self._load({**others, section: SettingsVersion(section, 0, value)})
        except ConfigError as error:
            faults = [
                (place[1:], what) if place[:1] == (section,) else ((), f"{name_key(place)}: {what}" if place else what)
                for place, what in error.faults
            ]
            raise SettingsError(str(error), faults=faults) from error
        return config.model_dump(mode="json", include={section}, exclude_unset=True, by_alias=True)[section]


def merge(values: Mapping[str, Any], changed: Mapping[str, SettingsVersion]) -> dict[str, Any]:
    """The values of a configuration file with the changed sections in the place of its own."""
    merged = dict(values)
    locked = values.get("locked_settings") or ()
    for section, version in changed.items():
        if section == STOP:
            if version.value is not True:
                continue
            actions = merged.get("actions")
            merged["actions"] = {**(actions if isinstance(actions, dict) else {}), "mode": "dry_run"}
        elif section not in locked:
            merged[section] = version.value
    return merged


def _check_section(section: str) -> None:
    if section not in SECTIONS and section != STOP:
        raise NoSuchSettingsError(f"there is no section {section!r} to change; there are {', '.join(SECTIONS)}")


def _read_version(row: AuditRow) -> SettingsVersion | None:
    details = row.details
    if row.event != CHANGED or not isinstance(details.get("version"), int):
        return None
    section = row.subject.removeprefix(SUBJECT)
    reason = str(details.get("reason", ""))
    return SettingsVersion(section, details["version"], details.get("value"), row.actor, row.at, reason)
