"""Volumes that are attached to nothing and still cost money.

Recommended only when everything is known: a state that means unattached at that provider, no attachment, old enough,
tags that were read and do not protect it, and its own billed cost in one currency. Anything else is skipped, with the
reason. An attached volume is in use and not mentioned.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from savings.check import Scope, VolumeCheck
from savings.findings import Findings, Recommendation, Row, Skipped, make_recommendation_id

NAME = "unattached_volume"
REMEDIATION = "delete_unattached_volume"
MONTH_DAYS = 30
MONEY = Decimal("0.000000000001")
INVENTORY_COLUMNS = (
    "provider",
    "account_id",
    "region",
    "volume_id",
    "state",
    "size_gb",
    "volume_type",
    "created_at",
    "attachments",
    "tags",
)
COST_COLUMNS = ("source_name", "billing_period", "resource_id", "effective_cost", "billing_currency", "days_seen")
# the providers' own words, lower-cased: EC2 volume state, Azure diskState, Compute Engine disk status
UNATTACHED_STATES: Mapping[str, frozenset[str]] = {
    "aws": frozenset({"available"}),
    "azure": frozenset({"unattached"}),
    "gcp": frozenset({"ready"}),
}
ATTACHED_STATES: Mapping[str, frozenset[str]] = {
    "aws": frozenset({"in-use"}),
    "azure": frozenset({"attached", "reserved", "frozen"}),
    "gcp": frozenset(),
}


@dataclass(frozen=True)
class UnattachedVolumeSettings:
    """What keeps a volume from being recommended; every default errs on the side of keeping it."""

    # a volume may be waiting for the machine it was made for
    min_age_days: int = 7
    # fewer billed days do not show what a month costs
    min_days_seen: int = 7
    # tag keys (any case) that say "hands off", unless the value is plainly no
    protected_tags: Collection[str] = ("do-not-delete", "donotdelete", "keep", "protected", "retain", "legal-hold")
    # (provider, account_id, region) whose inventory was not read completely
    incomplete_scopes: Collection[Scope] = ()


class _CannotJudgeError(Exception):
    """Why one volume is skipped."""


@dataclass(frozen=True)
class _Cost:
    """What one volume was billed in the last 30 days, and where."""

    amount: Decimal
    currency: str
    days_seen: int
    source_name: str
    billing_period: date


def find_unattached_volumes(
    inventory: Sequence[Row] | None,
    costs: Sequence[Row] | None,
    as_of: date,
    settings: UnattachedVolumeSettings | None = None,
) -> Findings:
    """Judge every volume of `inventory` (INVENTORY_COLUMNS) by the last 30 days' billed `costs` (COST_COLUMNS).

    The saving is the billed effective cost per day seen, times 30. A cost belongs to a volume when its resource_id is
    the volume's id or ends with `/` and it (ARN, Azure and Google resource names). Nothing is raised for bad rows.
    """
    settings = settings or UnattachedVolumeSettings()
    if not inventory:
        why = "the inventory of volumes could not be read" if inventory is None else "the inventory of volumes is empty"
        return Findings(skipped=[Skipped(check_name=NAME, reason=why)])
    if costs is None:
        return Findings(skipped=[Skipped(check_name=NAME, reason="the billed costs of volumes could not be read")])
    evidence = _index_costs(costs)
    counts = Counter(_name_volume(row) for row in inventory)
    found: list[Recommendation] = []
    skipped: list[Skipped] = []
    for row in sorted(inventory, key=lambda one: (*_name_volume(one), str(one.get("account_id")))):
        try:
            if counts[_name_volume(row)] > 1:
                raise _CannotJudgeError("its id is more than once in the inventory")
            if _is_in_use(row, settings):
                continue
            cost = _read_cost(evidence.get(_name_volume(row)[1], []), settings)
            found.append(_recommend(row, cost, as_of, settings))
        except _CannotJudgeError as why:
            skipped.append(
                Skipped(
                    check_name=NAME,
                    provider=str(row.get("provider") or ""),
                    account_id=str(row.get("account_id") or ""),
                    region=str(row.get("region") or ""),
                    resource_id=str(row.get("volume_id") or ""),
                    reason=str(why),
                )
            )
    return Findings(found, skipped)


def _name_volume(row: Row) -> tuple[str, str]:
    """Provider and id, lower-cased: Azure writes the same id in several cases."""
    return str(row.get("provider") or "").lower(), str(row.get("volume_id") or "").lower()


def _index_costs(costs: Sequence[Row]) -> dict[str, list[Row]]:
    """Cost rows by resource id and by every ending of it that follows a `/`."""
    index: dict[str, list[Row]] = {}
    for row in costs:
        name = str(row.get("resource_id") or "").lower()
        places = [at + 1 for at, letter in enumerate(name) if letter == "/"]
        for ending in {name, *(name[at:] for at in places)}:
            index.setdefault(ending, []).append(row)
    return index


def _is_in_use(row: Row, settings: UnattachedVolumeSettings) -> bool:
    """True: attached, leave it. False: surely attached to nothing. Otherwise it cannot be judged."""
    missing = [name for name in ("provider", "account_id", "region", "volume_id", "state") if not row.get(name)]
    if missing:
        raise _CannotJudgeError(f"the inventory does not say its {', '.join(missing)}")
    provider, state = str(row["provider"]).lower(), str(row["state"]).lower()
    incomplete = {(str(p).lower(), str(account), str(region)) for p, account, region in settings.incomplete_scopes}
    if (provider, str(row["account_id"]), str(row["region"])) in incomplete:
        raise _CannotJudgeError("the inventory of its region was not read completely")
    if provider not in UNATTACHED_STATES:
        raise _CannotJudgeError(f"unknown provider {row['provider']!r}")
    attachments = row.get("attachments")
    if not isinstance(attachments, list | tuple):
        raise _CannotJudgeError("its attachments are not known")
    if state in ATTACHED_STATES[provider] or (provider == "gcp" and state == "ready" and attachments):
        return True
    if state not in UNATTACHED_STATES[provider]:
        raise _CannotJudgeError(f"unknown state {row['state']!r}")
    if attachments:
        raise _CannotJudgeError(f"its state is {row['state']!r}, yet it has {len(attachments)} attachment(s)")
    return False


def _read_cost(rows: Sequence[Row], settings: UnattachedVolumeSettings) -> _Cost:
    """The billed evidence of one volume; it must be there, in one currency, above zero and over enough days."""
    if not rows:
        raise _CannotJudgeError("no billed cost in the last 30 days")
    names = sorted({str(row.get("resource_id")) for row in rows})
    if len(names) > 1:
        raise _CannotJudgeError(f"the costs of several resources carry its id: {', '.join(names)}")
    currencies = sorted({str(row.get("billing_currency") or "") for row in rows})
    if len(currencies) > 1 or not currencies[0]:
        raise _CannotJudgeError(f"its cost is in currencies {currencies}, one is needed")
    try:
        amounts = [_read_decimal(row.get("effective_cost")) for row in rows]
        days = [int(row["days_seen"]) for row in rows]
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise _CannotJudgeError(f"its billed cost cannot be read: {error!r}") from error
    total, seen = sum(amounts, Decimal(0)), max(days)
    if total <= 0:
        raise _CannotJudgeError(f"its billed cost is {total} {currencies[0]}")
    if not settings.min_days_seen <= seen <= MONTH_DAYS + 1:
        raise _CannotJudgeError(f"billed on {seen} days, {settings.min_days_seen} to {MONTH_DAYS + 1} are needed")
    return _Cost(total, currencies[0], seen, str(rows[0]["source_name"]), rows[0]["billing_period"])


def _read_decimal(value: object) -> Decimal:
    """A finite exact amount; a float has already lost the exact one."""
    if isinstance(value, float) or not isinstance(value, Decimal | int | str):
        raise TypeError(f"{value!r} is not an exact amount")
    amount = Decimal(value)
    if not amount.is_finite():
        raise ValueError(f"{value!r} is not a finite amount")
    return amount


def _recommend(row: Row, cost: _Cost, as_of: date, settings: UnattachedVolumeSettings) -> Recommendation:
    """The recommendation for an unattached volume, unless its age or tags forbid it."""
    age = (as_of - _read_day(row.get("created_at"))).days
    if age < settings.min_age_days:
        raise _CannotJudgeError(f"{age} day(s) old, {settings.min_age_days} are needed")
    tags = row.get("tags")
    if not isinstance(tags, Mapping):
        raise _CannotJudgeError("its tags are not known")
    protected = {name.lower() for name in settings.protected_tags}
    for key in sorted(tags):
        if str(key).lower() in protected and str(tags[key]).strip().lower() not in ("false", "no", "0"):
            raise _CannotJudgeError(f"protected by its tag {key}={tags[key]}")
    saving = (cost.amount / cost.days_seen * MONTH_DAYS).quantize(MONEY, ROUND_HALF_EVEN)
    evidence = {
        "state": row["state"],
        "size_gb": str(row.get("size_gb")),
        "volume_type": row.get("volume_type"),
        "age_days": age,
        "billed_cost_30_days": str(cost.amount),
        "billed_days": cost.days_seen,
        "tags": {str(key): str(value) for key, value in tags.items()},
    }
    provider, account, volume = str(row["provider"]), str(row["account_id"]), str(row["volume_id"])
    return Recommendation(
        recommendation_id=make_recommendation_id(
            check_name=NAME, provider=provider.lower(), account_id=account, resource_id=volume
        ),
        check_name=NAME,
        title=UNATTACHED_VOLUME.title,
        provider=provider,
        source_name=cost.source_name,
        billing_period=cost.billing_period,
        account_id=account,
        region=str(row["region"]),
        resource_id=volume,
        resource_name=None,
        service_name=None,
        monthly_cost=saving,
        monthly_saving=saving,
        covered_cost=Decimal(0),
        billing_currency=cost.currency,
        lever=UNATTACHED_VOLUME.lever,
        component=UNATTACHED_VOLUME.component,
        effort=UNATTACHED_VOLUME.effort,
        confidence=UNATTACHED_VOLUME.confidence,
        evidence_kind="inventory",
        reason=f"{volume} is attached to nothing and costs {saving:.2f} {cost.currency} in 30 days",
        evidence=json.dumps(evidence, sort_keys=True),
        remediation=REMEDIATION,
        risk_class="restorable",
        created_on=as_of,
    )


def _read_day(value: object) -> date:
    """The UTC day of a creation time; a time without a zone is UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    try:
        return _read_day(datetime.fromisoformat(str(value)))
    except ValueError as error:
        raise _CannotJudgeError(f"its creation time {value!r} cannot be read") from error


def run(
    inventory: Sequence[Row] | None, costs: Sequence[Row] | None, as_of: date, incomplete_scopes: Collection[Scope] = ()
) -> Findings:
    """The check with its default settings."""
    settings = UnattachedVolumeSettings(incomplete_scopes=tuple(incomplete_scopes))
    return find_unattached_volumes(inventory, costs, as_of, settings)


UNATTACHED_VOLUME = VolumeCheck(
    name=NAME,
    title="Volumes that are attached to nothing",
    clouds=("aws",),
    rule="The account lists it as attached to nothing, it is older than a week, no tag protects it, and it was billed "
    "on at least 7 of the last 30 days.",
    why="A volume costs the same whether a machine uses it or not.",
    next_step="Take a snapshot and delete the volume; the proposal does both, and can bring it back.",
    saving_basis="Its effective cost per day seen, times 30.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="high",
    links=("https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-volume.html",),
    remediation=REMEDIATION,
    permissions={"aws": ("ec2:DescribeVolumes",)},
    required_inputs={"inventory": INVENTORY_COLUMNS, "costs": COST_COLUMNS},
    run=run,
)
