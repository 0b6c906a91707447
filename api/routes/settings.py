"""Settings that people change: sections of the configuration, their versions, and the stop of all executions."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import allow
from api.callers import Caller
from api.problems import ProblemError
from api.requests import Reason
from api.services import Services, services_of
from cloudcost.managed_settings import SECTIONS, STOP, ManagedSettings, SettingsVersion

router = APIRouter(prefix="/v1", tags=["settings"])
ServicesOf = Annotated[Services, Depends(services_of)]
Editor = Annotated[Caller, allow("change_settings")]
Section = Literal["budgets", "anomalies", "forecasts"]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The version that is to be changed, as `ETag` gave it.")
]


class SettingsOut(BaseModel):
    """A section as it counts now."""

    section: str = Field(description="Its name in the configuration.", examples=["budgets"])
    about: str = Field(description="What it is about.")
    version: int = Field(description="0 where nobody has ever changed it.")
    is_locked: bool = Field(description="Whether the configuration file keeps it as it is there.")
    is_changed: bool = Field(description="Whether it stands in the place of the file's.")
    value: Any = Field(description="The section, as the configuration file would have it.")
    changed_by: str = Field(description="Who made the version.")
    changed_at: str = Field(description="When, in UTC.")
    reason: str = Field(description="Why.")


class SettingsList(BaseModel):
    """Every section that can be changed."""

    items: list[SettingsOut]


class Version(BaseModel):
    """A version of a section."""

    version: int
    value: Any = Field(description="The whole section; null where the file counted again.")
    changed_by: str
    changed_at: str
    reason: str


class Versions(BaseModel):
    """Every version, oldest first."""

    items: list[Version]


class NewSettings(BaseModel):
    """A section to stand in the place of the file's."""

    model_config = ConfigDict(extra="forbid")

    value: list[dict[str, Any]] | dict[str, Any] | None = Field(
        description="The whole section; null lets the file count again."
    )
    reason: Reason = Field(description="Why; it is kept in the audit log.")


class Rollback(BaseModel):
    """To which version a section goes back."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=0, description="0 is the file.")
    reason: Reason = Field(description="Why; it is kept in the audit log.")


class StopOut(BaseModel):
    """Whether executions are stopped."""

    is_stopped: bool
    mode: Literal["dry_run", "live"] = Field(description="What executions do now.")
    changed_by: str
    changed_at: str
    reason: str


class Stop(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = Field(description="Why; it is kept in the audit log.")


@router.get("/settings")
def list_settings(caller: Editor, services: ServicesOf) -> SettingsList:
    """Every section that can be changed, as it counts now. For those who change settings."""
    return SettingsList(items=[_show(services, section) for section in SECTIONS])


@router.get("/settings/{section}")
def read_settings(section: Section, caller: Editor, services: ServicesOf, response: Response) -> SettingsOut:
    """A section as it counts now; `ETag` is its version. For those who change settings."""
    found = _show(services, section)
    response.headers["ETag"] = _tag(found.version)
    return found


@router.put("/settings/{section}")
def change_settings(
    section: Section, new: NewSettings, caller: Editor, services: ServicesOf, response: Response, match: IfMatch = None
) -> SettingsOut:
    """Put a section in the place of the file's, if the whole configuration holds together with it; the next run reads
    it. `If-Match` is needed. For those who change settings."""
    if match is None:
        raise ProblemError(428, "precondition_required", "If-Match is needed: the version that you have seen.")
    present = services.installation.managed_settings.find(section).version
    if match != _tag(present):
        raise ProblemError(412, "precondition_failed", f"{section} has version {present} by now; look again.")
    _managed(services, caller).change(caller.person.name, section, new.value, new.reason, present)
    return read_settings(section, caller, services, response)


@router.get("/settings/{section}/versions")
def list_settings_versions(section: Section, caller: Editor, services: ServicesOf) -> Versions:
    """Every version of a section: who changed it, when and why. For those who change settings."""
    found = services.installation.managed_settings.list_versions(section)
    return Versions(items=[_version(one) for one in found])


@router.post("/settings/{section}/rollback")
def roll_back_settings(
    section: Section, back: Rollback, caller: Editor, services: ServicesOf, response: Response
) -> SettingsOut:
    """Let a section be as it was in a version; this is a new version. For those who change settings."""
    _managed(services, caller).roll_back(caller.person.name, section, back.version, back.reason)
    return read_settings(section, caller, services, response)


@router.get("/actions/stop")
def read_stop(caller: Annotated[Caller, allow("see_proposals")], services: ServicesOf) -> StopOut:
    """Whether executions are stopped. For those who see proposals."""
    return _show_stop(services)


@router.put("/actions/stop")
def stop_actions(stop: Stop, caller: Annotated[Caller, allow("stop_actions")], services: ServicesOf) -> StopOut:
    """Stop every execution now: what was approved only states what it would do. For approvers and administrators."""
    _managed(services, caller).change(caller.person.name, STOP, True, stop.reason)
    return _show_stop(services)


@router.delete("/actions/stop")
def resume_actions(
    caller: Annotated[Caller, allow("resume_actions")],
    services: ServicesOf,
    reason: Annotated[Reason, Query(description="Why; it is kept in the audit log.")] = "resumed by the API",
) -> StopOut:
    """Let executions go on, in the mode that the configuration has. For administrators, who are people: no key of a
    machine ends a stop."""
    _managed(services, caller).change(caller.person.name, STOP, False, reason)
    return _show_stop(services)


def _managed(services: Services, caller: Caller) -> ManagedSettings:
    installation = services.installation
    return ManagedSettings(services.store_of(caller), installation.load_merged, services.clock)


def _tag(version: int) -> str:
    return f'"{version}"'


def _show(services: Services, section: str) -> SettingsOut:
    config = services.installation.file_config
    found = services.installation.managed_settings.find(section)
    is_locked = section in config.locked_settings
    is_changed = found.value is not None and not is_locked
    own = config.model_dump(mode="json", include={section}, exclude_unset=True, by_alias=True).get(section)
    return SettingsOut(
        section=section,
        about=SECTIONS[section],
        version=found.version,
        is_locked=is_locked,
        is_changed=is_changed,
        value=found.value if is_changed else own,
        changed_by=found.actor,
        changed_at=found.at,
        reason=found.reason,
    )


def _version(one: SettingsVersion) -> Version:
    return Version(version=one.version, value=one.value, changed_by=one.actor, changed_at=one.at, reason=one.reason)


def _show_stop(services: Services) -> StopOut:
    found = services.installation.managed_settings.find(STOP)
    is_stopped = found.value is True
    mode = "dry_run" if is_stopped else services.installation.file_config.actions.mode
    return StopOut(is_stopped=is_stopped, mode=mode, changed_by=found.actor, changed_at=found.at, reason=found.reason)
