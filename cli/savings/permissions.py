"""`cloudcost permissions`."""

from collections.abc import Sequence

from cloudcost.permissions import Cloud, list_needs, write_document
from savings.registry import find_checks


def print_permissions(cloud: Cloud, checks: Sequence[str], actions: Sequence[str]) -> None:
    """The document for this cloud; where nothing is needed, a sentence says so."""
    needs = list_needs(find_checks(), cloud, checks, actions)
    if needs:
        print(write_document(cloud, needs))
        return
    who = "nothing that was named" if checks or actions else "no check"
    print(f"{who} asks {cloud} for anything: what is found there is found in the bill alone")
