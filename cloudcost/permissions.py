"""What checks and actions may do in a cloud, as the document that grants exactly that: a policy, a role, a role file.

AWS: an IAM policy (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). Azure: a custom
role (https://learn.microsoft.com/azure/role-based-access-control/custom-roles). Google Cloud: a role as
``gcloud iam roles create --file`` reads it (https://cloud.google.com/iam/docs/creating-custom-roles).
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from actions.remediations import REMEDIATIONS
from cloudcost.analytics.inventory import open_clouds
from cloudcost.installation import Installation
from core.errors import CloudcostError
from savings.advice.check import AdviceCheck
from savings.check import Check, InventoryCheck
from savings.inventory.registry import list_permissions
from savings.registry import find_checks

Cloud = Literal["aws", "azure", "gcp"]
ROLE_NAME = "cloudcost"
#: Of a role of Google's, in bytes (https://cloud.google.com/iam/quotas).
LONGEST_DESCRIPTION = 300
#: What in the configuration gives access to a cloud.
_WHERE: Mapping[Cloud, str] = {
    "aws": "savings.inventory.aws (or actions.allowed_accounts)",
    "azure": "savings.inventory.azure",
    "gcp": "savings.inventory.gcp",
}


class PermissionsError(CloudcostError):
    """A check or an action that is asked about is not there, or asks the cloud for nothing."""


@dataclass(frozen=True)
class Need:
    """What one check or action may do in a cloud; ``purpose`` is its name, or says that it takes an action back."""

    purpose: str
    permissions: tuple[str, ...]
    #: of AWS, on what: names in capitals are to be filled in
    resources: tuple[str, ...] = ("*",)


def list_needs(
    checks: Mapping[str, Check], cloud: Cloud, chosen_checks: Collection[str], chosen_actions: Collection[str]
) -> list[Need]:
    """What these checks and actions need of a cloud; without any choice, what every check needs in its accounts.

    Checks of the bill alone need nothing; what reading a provider's advice takes is told where its check is chosen.
    `PermissionsError` for a name that nobody has.
    """
    names = {"check": (chosen_checks, set(checks)), "action": (chosen_actions, set(REMEDIATIONS))}
    for kind, (chosen, known) in names.items():
        for name in sorted(set(chosen) - known):
            raise PermissionsError(f"there is no {kind} {name!r}", f"the {kind}s are {', '.join(sorted(known))}")
    in_accounts = [name for name, check in checks.items() if not isinstance(check, AdviceCheck)]
    wanted = chosen_checks if chosen_checks or chosen_actions else in_accounts
    needs = []
    for name in sorted(set(wanted)):
        check = checks[name]
        if isinstance(check, AdviceCheck) and cloud in check.permissions:
            needs.append(Need(name, check.permissions[cloud], check.resources or ("*",)))
        elif permissions := find_permissions(check, cloud):
            needs.append(Need(name, permissions))
    for name in sorted(set(chosen_actions)):
        remediation = REMEDIATIONS[name]
        if remediation.provider == cloud:
            needs.append(Need(name, remediation.permissions))
            needs.append(Need(f"{name}, taken back", remediation.rollback_permissions))
    return needs


def find_permissions(check: Check, cloud: Cloud) -> tuple[str, ...]:
    """What a check must be granted in a cloud; nothing for one of the bill alone."""
    return list_permissions([check], cloud) if isinstance(check, InventoryCheck) else ()


def write_document(cloud: Cloud, needs: Sequence[Need]) -> str:
    """The document that grants these needs and nothing else, as the cloud's own tools take it."""
    granted = sorted({one for need in needs for one in need.permissions})
    if cloud == "aws":
        return json.dumps({"Version": "2012-10-17", "Statement": [_statement(need) for need in needs]}, indent=2)
    if cloud == "azure":
        role: dict[str, Any] = {
            "Name": ROLE_NAME,
            "IsCustom": True,
            "Description": f"What cloudcost does: {'; '.join(need.purpose for need in needs)}",
            "Actions": granted,
            "NotActions": [],
            "AssignableScopes": ["/subscriptions/00000000-0000-0000-0000-000000000000"],
        }
        return json.dumps(role, indent=2)
    return yaml.safe_dump(
        {
            "title": ROLE_NAME,
            "description": _describe(needs),
            "stage": "GA",
            "includedPermissions": granted,
        },
        sort_keys=False,
    ).rstrip()


def describe_blind_checks(installation: Installation) -> list[str]:
    """A sentence for each cloud that checks look into and nobody gave them access to.

    Of clouds that no source is from, nothing; one that says `auto` may be from any.
    """
    billed = {source.provider for source in installation.config.sources}
    disabled = installation.config.savings.disabled_checks
    looked = {one.cloud for one in open_clouds(installation)}
    sentences = []
    for cloud, where in _WHERE.items():
        blind = [
            name
            for name, check in find_checks().items()
            if name not in disabled and cloud not in looked and find_permissions(check, cloud)
        ]
        if blind and billed & {cloud, "auto"}:
            sentences.append(
                f"{', '.join(blind)}: nothing is seen, {where} names nothing to look into; "
                f"`cloudcost permissions --cloud {cloud}` prints what they need there, `--check` what one of them needs"
            )
    return sentences


def _describe(needs: Sequence[Need]) -> str:
    """What the role is for, in as many letters as Google takes; beyond that, how many purposes it has."""
    text = f"What cloudcost does: {'; '.join(need.purpose for need in needs)}"
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    return f"What cloudcost does: {len(needs)} checks and actions; `cloudcost permissions` names what each needs"


def _statement(need: Need) -> dict[str, Any]:
    words = need.purpose.replace(",", "").replace(" ", "_").split("_")
    return {
        "Sid": "".join(word.capitalize() for word in words),
        "Effect": "Allow",
        "Action": sorted(need.permissions),
        "Resource": need.resources[0] if len(need.resources) == 1 else list(need.resources),
    }
