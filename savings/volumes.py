"""Live inventory that billing exports do not hold: which volumes exist and whether anything uses them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from clouds.aws.accounts import ClientFactory, NotThisMachineError, WrongAccountError
from savings.check import Scope


@dataclass(frozen=True)
class Inventory:
    """Volumes as their provider lists them, and the scopes that could not be read completely, with the reason."""

    volumes: tuple[dict[str, Any], ...]
    incomplete: dict[Scope, str]


def read_aws_volumes(clients: ClientFactory, accounts: Iterable[str], regions: Iterable[str]) -> Inventory:
    """All EBS volumes of these accounts and regions.

    A scope that cannot be read to its end is incomplete and its volumes are left out: no finding on half an inventory.
    """
    regions = tuple(regions)
    volumes: list[dict[str, Any]] = []
    incomplete: dict[Scope, str] = {}
    for account in accounts:
        for region in regions:
            try:
                pages = clients("ec2", account, region).get_paginator("describe_volumes").paginate()
                found = [describe_volume(account, region, v) for page in pages for v in page["Volumes"]]
            except (BotoCoreError, ClientError, NotThisMachineError, WrongAccountError, KeyError) as error:
                incomplete[("aws", account, region)] = f"{type(error).__name__}: {error}"
            else:
                volumes += found
    return Inventory(tuple(volumes), incomplete)


def describe_volume(account_id: str, region: str, volume: dict[str, Any]) -> dict[str, Any]:
    """A volume of EC2's DescribeVolumes in the words of the recommendation checks."""
    return {
        "provider": "aws",
        "account_id": account_id,
        "region": region,
        "volume_id": volume["VolumeId"],
        "state": volume["State"],
        "size_gb": volume["Size"],
        "volume_type": volume.get("VolumeType"),
        "created_at": volume["CreateTime"],
        "attachments": [a.get("InstanceId") for a in volume.get("Attachments", [])],
        "tags": {t["Key"]: t["Value"] for t in volume.get("Tags", [])},
    }
