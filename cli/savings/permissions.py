"""`cloudcost permissions`, and which checks see nothing for want of them."""

from collections.abc import Sequence

from cloudcost.installation import Installation
from cloudcost.permissions import Cloud, list_needs, write_document
from savings.check import InventoryCheck
from savings.registry import find_checks


def print_permissions(cloud: Cloud, checks: Sequence[str], actions: Sequence[str]) -> None:
    """The document for this cloud; where nothing is needed, a sentence says so."""
    needs = list_needs(find_checks(), cloud, checks, actions)
    if needs:
        print(write_document(cloud, needs))
        return
    who = "nothing that was named" if checks or actions else "no check"
    print(f"{who} asks {cloud} for anything: what is found there is found in the bill alone")


def describe_blind_checks(installation: Installation) -> list[str]:
    """A sentence for each check that looks into accounts and was given none."""
    disabled = installation.config.savings.disabled_checks
    if installation.config.actions.allowed_accounts:
        return []
    return [
        f"{check.name} sees nothing: actions.allowed_accounts names no account to look into; "
        f"`cloudcost permissions --cloud {cloud} --check {check.name}` prints what it needs there"
        for check in find_checks().values()
        if isinstance(check, InventoryCheck) and check.name not in disabled
        for cloud in check.permissions
    ]
