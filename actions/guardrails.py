"""Guardrails: whether an approved action may be carried out now. Pure; a signal that is not known is a failure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from core.short_names import simplify_text

# Older than this, a reading shows what the resource was, not what it is.
MAX_READ_AGE = timedelta(minutes=5)
#: What gets better by waiting.
LIMITS = ("run_limit", "day_limit", "day_saving")
KNOWN_CLASSES = ("reversible", "restorable", "compensable")


@dataclass(frozen=True)
class Signals:
    """Everything the decision rests on; None means that it could not be found out.

    `approval_seen_at`: the latest time that the audit log has seen since the approval; a clock may have been set back
    since. `unproven`: what the state holds of the proposal and the audit log does not. `audit_problem`: where the audit
    log is broken, empty while it is intact. `objection`: what became of the finding that stands against acting on it,
    empty where nothing does. `plan_changes`: what is not as in the plan that was approved.
    """

    mode: str | None
    safety_class: str | None
    actions_this_run: int | None
    max_actions_per_run: int | None
    actions_today: int | None
    max_actions_per_day: int | None
    saving_today: Decimal | None
    max_saving_per_day: Decimal | None
    resource_tags: Mapping[str, str] | None
    protected_tags: Sequence[str] | None
    approved_at: datetime | None
    approval_seen_at: datetime | None
    approval_ttl_days: int | None
    valid_approvals: int | None
    required_approvals: int | None
    unproven: Sequence[str] | None
    audit_problem: str | None
    plan_changes: Sequence[str] | None
    objection: str | None
    is_reconciled: bool | None
    account_id: str | None
    allowed_accounts: Sequence[str] | None
    region: str | None
    allowed_regions: Sequence[str] | None
    resource_read_at: datetime | None
    resource_problems: Sequence[str] | None


@dataclass(frozen=True)
class Failure:
    """One signal that stands in the way, and why."""

    signal: str
    reason: str

    def __str__(self) -> str:
        return f"{self.signal}: {self.reason}"


@dataclass(frozen=True)
class Verdict:
    """Every failure that was found; no failure means eligible."""

    failures: tuple[Failure, ...]

    @property
    def is_eligible(self) -> bool:
        """True when the action may be carried out."""
        return not self.failures

    def fails_only(self, *signals: str) -> bool:
        """True when nothing but `signals` stands in the way."""
        return bool(self.failures) and all(failure.signal in signals for failure in self.failures)

    def fails(self, signal: str) -> bool:
        """True when `signal` stands in the way."""
        return any(failure.signal == signal for failure in self.failures)


Rule = Callable[[Signals, datetime], str | None]


def evaluate(signals: Signals, now: datetime) -> Verdict:
    """Judge an execution by every rule; all failures are reported, not only the first."""
    return _apply(EXECUTION_RULES, signals, now)


def evaluate_rollback(signals: Signals, now: datetime) -> Verdict:
    """Judge a rollback: undoing needs no reconciled bill and no fresh approval, but the same mode, class and place."""
    return _apply(ROLLBACK_RULES, signals, now)


def find_protection(tags: Mapping[str, str], protected: Sequence[str]) -> str | None:
    """The first protected tag (`key` or `key=value`) that `tags` carry, whatever the case of either.

    Blanks around a key or a value do not count, nor does how a letter is composed or what has no shape: whoever wrote
    ` DoNotDelete ` meant it. Rather a resource too many is kept.
    """
    # pairs, no dictionary: a resource may carry both `Env` and `env`
    carried = [(simplify_text(key), simplify_text(value)) for key, value in tags.items()]
    for entry in protected:
        key, has_value, value = (simplify_text(part) for part in entry.partition("="))
        if any(name == key and (not has_value or found == value) for name, found in carried):
            return entry
    return None


def _apply(rules: Mapping[str, Rule], signals: Signals, now: datetime) -> Verdict:
    judged = ((signal, rule(signals, now)) for signal, rule in rules.items())
    return Verdict(tuple(Failure(signal, reason) for signal, reason in judged if reason is not None))


def _check_mode(signals: Signals, now: datetime) -> str | None:
    return None if signals.mode == "live" else f"the mode is {signals.mode or 'unknown'}, not live"


def _check_class(signals: Signals, now: datetime) -> str | None:
    if signals.safety_class in KNOWN_CLASSES:
        return None
    return f"a {signals.safety_class or 'unknown'} remediation is never carried out automatically"


def _check_run_limit(signals: Signals, now: datetime) -> str | None:
    if signals.actions_this_run is None or signals.max_actions_per_run is None:
        return "unknown"
    if signals.actions_this_run < signals.max_actions_per_run:
        return None
    return f"{signals.actions_this_run} actions in this run already, the limit is {signals.max_actions_per_run}"


def _check_day_limit(signals: Signals, now: datetime) -> str | None:
    if signals.actions_today is None or signals.max_actions_per_day is None:
        return "unknown"
    if signals.actions_today < signals.max_actions_per_day:
        return None
    return f"{signals.actions_today} actions in the last 24 hours already, the limit is {signals.max_actions_per_day}"


def _check_day_saving(signals: Signals, now: datetime) -> str | None:
    if signals.saving_today is None or signals.max_saving_per_day is None:
        return "unknown"
    if signals.saving_today.is_finite() and signals.saving_today <= signals.max_saving_per_day:
        return None
    return (
        f"with this one, actions worth {signals.saving_today} a month in 24 hours,"
        f" the limit is {signals.max_saving_per_day}"
    )


def _check_tags(signals: Signals, now: datetime) -> str | None:
    if signals.resource_tags is None or signals.protected_tags is None:
        return "unknown"
    protection = find_protection(signals.resource_tags, signals.protected_tags)
    return None if protection is None else f"the resource is protected by {protection!r}"


def _check_approval_age(signals: Signals, now: datetime) -> str | None:
    if signals.approved_at is None or signals.approval_seen_at is None or signals.approval_ttl_days is None:
        return "unknown"
    if signals.approved_at > now:
        return f"approved in the future, at {signals.approved_at.isoformat()}"
    if max(now, signals.approval_seen_at) - signals.approved_at > timedelta(days=signals.approval_ttl_days):
        return f"approved at {signals.approved_at.isoformat()}, more than {signals.approval_ttl_days} days ago"
    return None


def _check_approvals(signals: Signals, now: datetime) -> str | None:
    if signals.valid_approvals is None or signals.required_approvals is None:
        return "unknown"
    if signals.required_approvals >= 1 and signals.valid_approvals >= signals.required_approvals:
        return None
    return f"{signals.valid_approvals} valid approvals of {max(signals.required_approvals, 1)}"


def _check_evidence(signals: Signals, now: datetime) -> str | None:
    if signals.unproven is None:
        return "unknown"
    return "; ".join(signals.unproven) or None


def _check_audit(signals: Signals, now: datetime) -> str | None:
    return "it could not be verified" if signals.audit_problem is None else signals.audit_problem or None


def _check_plan(signals: Signals, now: datetime) -> str | None:
    if signals.plan_changes is None:
        return "it is unknown whether the plan still is what would be done"
    return "; ".join(signals.plan_changes) or None


def _check_finding(signals: Signals, now: datetime) -> str | None:
    return "it is unknown what became of it" if signals.objection is None else signals.objection or None


def _check_reconciliation(signals: Signals, now: datetime) -> str | None:
    if signals.is_reconciled is None:
        return "it is unknown whether the finding's billing period reconciles"
    return None if signals.is_reconciled else "the finding's billing period does not reconcile"


def _check_account(signals: Signals, now: datetime) -> str | None:
    return _check_allowed("account", signals.account_id, signals.allowed_accounts)


def _check_region(signals: Signals, now: datetime) -> str | None:
    return _check_allowed("region", signals.region, signals.allowed_regions)


def _check_allowed(noun: str, value: str | None, allowed: Sequence[str] | None) -> str | None:
    if value is None or allowed is None:
        return "unknown"
    return None if value in allowed else f"{noun} {value} is not among the allowed ones"


def _check_read(signals: Signals, now: datetime) -> str | None:
    if signals.resource_read_at is None:
        return "the resource could not be read"
    if not timedelta(0) <= now - signals.resource_read_at <= MAX_READ_AGE:
        return f"the resource was read at {signals.resource_read_at.isoformat()}, not just now"
    return None


def _check_resource(signals: Signals, now: datetime) -> str | None:
    if signals.resource_problems is None:
        return "unknown"
    return "; ".join(signals.resource_problems) or None


EXECUTION_RULES: dict[str, Rule] = {
    "mode": _check_mode,
    "safety_class": _check_class,
    "run_limit": _check_run_limit,
    "day_limit": _check_day_limit,
    "day_saving": _check_day_saving,
    "protected_tags": _check_tags,
    "approval_age": _check_approval_age,
    "approvals": _check_approvals,
    "evidence": _check_evidence,
    "audit_log": _check_audit,
    "plan": _check_plan,
    "finding": _check_finding,
    "reconciliation": _check_reconciliation,
    "account": _check_account,
    "region": _check_region,
    "resource_read": _check_read,
    "resource": _check_resource,
}
ROLLBACK_RULES: dict[str, Rule] = {
    signal: EXECUTION_RULES[signal] for signal in ("mode", "safety_class", "account", "region")
}
