"""AWS, opened for reading what resources there are."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from clouds.aws.accounts import ClientFactory, NotThisMachineError, WrongAccountError
from core.errors import shorten
from savings.inventory.cells import CellError
from savings.inventory.contract import InventoryTable, ScopeReader

#: Where services are asked that have no region of their own.
GLOBAL_REGION = "us-east-1"
#: More pages than any account has; an answer that goes round must end.
MOST_PAGES = 10_000
MOST_SAID = 1_000


@dataclass(kw_only=True)
class AwsReader(ScopeReader):
    """One account and region (the empty one: of services that have none)."""

    clients: ClientFactory

    def client(self, service: str) -> Any:
        """boto3's client of a service."""
        return self.clients(service, self.account_id, self.region or GLOBAL_REGION)

    def list(self, service: str, operation: str, key: str, **wanted: Any) -> Iterator[dict[str, Any]]:
        """What is under ``key`` of every page of an operation; `KeyError` for a page that has none.

        Raises what boto3 raises.
        """
        for page in read_pages(self.client(service), operation, **wanted):
            yield from page[key]

    def place(self, resource_id: str) -> dict[str, Any]:
        """The key columns of a resource of this scope."""
        return {"account_id": self.account_id, "region": self.region, "resource_id": resource_id}

    def arn(self, service: str, rest: str) -> str:
        """The name of a resource of this scope, as AWS writes it in the bill."""
        return f"arn:{self.client('ec2').meta.partition}:{service}:{self.region}:{self.account_id}:{rest}"


@dataclass(frozen=True)
class AwsCloud:
    """The accounts and regions that may be read."""

    clients: ClientFactory
    accounts: Collection[str]
    regions: Collection[str]
    cloud: Literal["aws"] = "aws"

    def list_scopes(self, table: InventoryTable) -> Sequence[tuple[str, str]]:
        """Every account with every region; of a global service, every account once."""
        regions = ("",) if table.is_global else tuple(self.regions)
        return [(account, region) for account in self.accounts for region in regions]

    def open(self, account_id: str, region: str) -> AwsReader:
        """A reader of the account in the region."""
        return AwsReader(account_id=account_id, region=region, clients=self.clients)

    def explain(self, error: Exception) -> str | None:
        """What AWS or its client says; neither has a secret in it. EC2's encoded details of a refusal are left out:
        they are for administrators, and others on every call."""
        from botocore.exceptions import BotoCoreError, ClientError

        if isinstance(error, BotoCoreError | ClientError | NotThisMachineError | WrongAccountError | KeyError):
            said = str(error).partition("Encoded authorization failure message")[0].strip()
            return shorten(f"{type(error).__name__}: {said}", MOST_SAID)
        return None


def read_pages(client: Any, operation: str, **wanted: Any) -> Iterator[dict[str, Any]]:
    """Every page of an operation. Raises what boto3 raises, and `CellError` for pages that go round for ever.

    boto3 itself notices a token that comes twice in a row, and not two that take turns.
    """
    for number, page in enumerate(client.get_paginator(operation).paginate(**wanted)):
        if number >= MOST_PAGES:
            raise CellError(f"the pages of {operation} have no end")
        yield page


def read_tags(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Tags as most services list them; without any, services leave the list out."""
    return {tag["Key"]: tag.get("Value", "") for tag in tags or ()}
