"""The state store of an installation on AWS: one DynamoDB table, written only under conditions."""

import json
import os
import random
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from state.records import (
    Body,
    ConflictError,
    Record,
    RecordTooLargeError,
    StateStoreError,
    Write,
    check_writes,
    encode_body,
)

#: What `aws dynamodb create-table` needs; everything else of the table is the owner's choice (point in time
#: recovery, a key of one's own). Reads and writes need dynamodb:GetItem, Query and PutItem on it, and DeleteItem for
#: what only counted for a while, such as sign-ins that are over.
TABLE_DEFINITION: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "key", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": "kind", "AttributeType": "S"},
        {"AttributeName": "key", "AttributeType": "S"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}

#: DynamoDB's limits, in bytes of UTF-8.
MAX_ITEM_BYTES = 400 * 1024
MAX_TRANSACTION_BYTES = 4 * 1024 * 1024
MAX_KIND_BYTES = 2048
MAX_KEY_BYTES = 1024
#: Names and values of an item beside its kind, key and body: version (a number of up to 21 bytes) and write_id.
_ITEM_OVERHEAD = len("kindkeyversionbodywrite_id") + 21 + 36

#: Codes that say "not now": of a call, and of one write inside a transaction that was cancelled.
_PASSING = {
    "TransactionConflictException",
    "TransactionInProgressException",
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "InternalServerError",
    "InternalFailure",
    "ServiceUnavailable",
    "500",
    "502",
    "503",
}
_PASSING_REASONS = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}

_EXPLAINED = {
    "ResourceNotFoundException": "does not exist: create it (state.dynamodb.TABLE_DEFINITION says how)",
    "AccessDeniedException": "may not be used with the credential in use: it needs GetItem, Query and PutItem",
    "UnrecognizedClientException": "cannot be used: AWS does not know the credential in use",
    "ExpiredTokenException": "cannot be used: the AWS credential in use has expired, sign in again",
}


class DynamoDbStateStore:
    """State records in one DynamoDB table, safe over threads, processes and machines.

    Partition key ``kind``, sort key ``key``, attributes ``version`` (N), ``body`` (JSON text, S) and ``write_id``.
    Reads are strongly consistent. Every write is a transaction with a token, because a call whose answer was lost is
    sent again: the service knows the token for ten minutes, and ``write_id`` in the item shows afterwards that what
    seems to have been there first is our own write. Keys are ordered by UTF-8 bytes, which is code point order.
    """

    def __init__(
        self,
        table_name: str,
        client: Any,
        patience_seconds: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.table_name = table_name
        self.patience_seconds = patience_seconds
        self._client = client
        self._sleep = sleep
        self._pid = os.getpid()

    def get(self, kind: str, key: str) -> Record | None:
        """The newest version of one record, or None."""
        item = self._call("get_item", Key=_name(kind, key), ConsistentRead=True).get("Item")
        return None if item is None else _read_item(item)

    def insert(self, kind: str, key: str, body: Body) -> bool:
        """Create a record; False, and nothing changed, when (kind, key) is already there."""
        try:
            self.transact([Write.insert(kind, key, body)])
        except ConflictError:
            return False
        return True

    def update(self, kind: str, key: str, body: Body, expected_version: int) -> Record:
        """Replace the body of a record that is still at `expected_version`; raises ConflictError otherwise."""
        self.transact([Write(kind, key, body, expected_version)])
        return Record(kind, key, expected_version + 1, json.loads(encode_body(body)))

    def list(self, kind: str, prefix: str = "") -> "list[Record]":
        """All records of a kind whose key starts with `prefix`, ordered by key."""
        condition, names, values = "#kind = :kind", {"#kind": "kind"}, {":kind": {"S": kind}}
        if prefix:  # DynamoDB refuses an empty one
            condition += " and begins_with(#key, :prefix)"
            names["#key"], values[":prefix"] = "key", {"S": prefix}
        query: dict[str, Any] = {
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
        }
        records: list[Record] = []
        while True:
            page = self._call("query", **query)
            records += [_read_item(item) for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return records
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def transact(self, writes: Sequence[Write]) -> None:
        """All of `writes` or none; raises ConflictError naming the first write that could not happen."""
        check_writes(writes)
        if not writes:
            return
        token = str(uuid.uuid4())
        items = [
            {"Delete": self._name_version(write)} if write.is_removal else {"Put": self._put(write, token)}
            for write in writes
        ]
        _check_sizes(writes, [item["Put"]["Item"]["body"]["S"] if "Put" in item else "" for item in items])
        try:
            self._call("transact_write_items", TransactItems=items, ClientRequestToken=token)
        except _CancelledError as cancelled:
            self._explain_conflict(writes, token, cancelled.reasons)

    def _put(self, write: Write, token: str) -> dict[str, Any]:
        version = 1 if write.expected_version is None else write.expected_version + 1
        item = {
            **_name(write.kind, write.key),
            "version": {"N": str(version)},
            "body": {"S": encode_body(write.body)},
            "write_id": {"S": token},
        }
        return {"TableName": self.table_name, "Item": item, **_expect(write.expected_version)}

    def _name_version(self, write: Write) -> dict[str, Any]:
        return {"TableName": self.table_name, "Key": _name(write.kind, write.key), **_expect(write.expected_version)}

    def _explain_conflict(self, writes: Sequence[Write], token: str, reasons: Sequence[dict[str, Any]]) -> None:
        """Raise ConflictError for the first write that failed its condition, unless what beat it is this very call."""
        for write, reason in zip(writes, reasons, strict=True):
            if reason.get("Code") != "ConditionalCheckFailed":
                continue
            item = reason.get("Item") or {}
            if item.get("write_id", {}).get("S") == token:
                return
            found = int(item["version"]["N"]) if item else None
            raise ConflictError(write.kind, write.key, write.expected_version, found)
        codes = ", ".join(sorted({str(r.get("Code")) for r in reasons} - {"None"}))
        raise StateStoreError(f"the DynamoDB table {self.table_name} refused a transaction: {codes}")

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call, repeated with growing, random pauses while the service only asks to wait."""
        self._leave_inherited_connections()
        if operation != "transact_write_items":
            parameters["TableName"] = self.table_name
        give_up_at, pause = time.monotonic() + self.patience_seconds, 0.05
        while True:
            try:
                answer: dict[str, Any] = getattr(self._client, operation)(**parameters)
                return answer
            except ClientError as error:
                code = str(error.response["Error"]["Code"])
                if code == "TransactionCanceledException":
                    reasons: Sequence[Any] = error.response.get("CancellationReasons") or []
                    codes = {str(r.get("Code")) for r in reasons}
                    if "ConditionalCheckFailed" in codes or not codes & _PASSING_REASONS:
                        raise _CancelledError(reasons) from error
                elif code not in _PASSING:
                    raise StateStoreError(self._explain(code)) from error
                if time.monotonic() + pause > give_up_at:
                    raise StateStoreError(self._explain(code)) from error
            except BotoCoreError as error:
                if time.monotonic() + pause > give_up_at or not _is_connection_trouble(error):
                    raise StateStoreError(self._explain(type(error).__name__)) from error
            self._sleep(random.uniform(pause / 2, pause))  # noqa: S311  two writers must not meet again
            pause = min(pause * 2, 2.0)

    def _explain(self, code: str) -> str:
        return f"the DynamoDB table {self.table_name} {_EXPLAINED.get(code, f'cannot be used now: {code}')}"

    def _leave_inherited_connections(self) -> None:
        # A forked child and its parent must not talk over one socket.
        if self._pid != os.getpid():
            self._client.close()
            self._pid = os.getpid()


class _CancelledError(Exception):
    """A transaction did not happen; one reason per write."""

    def __init__(self, reasons: Sequence[dict[str, Any]]) -> None:
        super().__init__()
        self.reasons = reasons


def open_dynamodb(table_name: str) -> DynamoDbStateStore:
    """The store on a table of the account and region that boto3's own chain names (AWS_PROFILE, AWS_ENDPOINT_URL …)."""
    from boto3.session import Session
    from botocore.config import Config

    config = Config(retries={"mode": "standard"}, connect_timeout=5, read_timeout=15)
    try:
        return DynamoDbStateStore(table_name, Session().client("dynamodb", config=config))
    except BotoCoreError as error:
        raise StateStoreError(f"the DynamoDB table {table_name} cannot be used: {error}") from error


def create_table(table_name: str, client: Any) -> None:
    """Create the table and wait until it can be used; one that is there already stays as it is."""
    try:
        client.create_table(TableName=table_name, **TABLE_DEFINITION)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceInUseException":
            raise
    client.get_waiter("table_exists").wait(TableName=table_name, WaiterConfig={"Delay": 1})


def _expect(version: int | None) -> dict[str, Any]:
    """The condition that a record is not there, or at a version; where it is otherwise the answer has what is."""
    found: dict[str, Any] = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if version is None:
        condition, names = "attribute_not_exists(#kind)", {"#kind": "kind"}
        return {**found, "ConditionExpression": condition, "ExpressionAttributeNames": names}
    return {
        **found,
        "ConditionExpression": "#version = :expected",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":expected": {"N": str(version)}},
    }


def _name(kind: str, key: str) -> dict[str, Any]:
    return {"kind": {"S": kind}, "key": {"S": key}}


def _read_item(item: dict[str, Any]) -> Record:
    return Record(item["kind"]["S"], item["key"]["S"], int(item["version"]["N"]), json.loads(item["body"]["S"]))


def _check_sizes(writes: Sequence[Write], bodies: Sequence[str]) -> None:
    """Refuse what DynamoDB would, naming the record."""
    total = 0
    for write, body in zip(writes, bodies, strict=True):
        kind, key = len(write.kind.encode()), len(write.key.encode())
        size = kind + key + len(body.encode()) + _ITEM_OVERHEAD
        for what, found, limit in (
            ("kind", kind, MAX_KIND_BYTES),
            ("key", key, MAX_KEY_BYTES),
            ("record", size, MAX_ITEM_BYTES),
        ):
            if found > limit:
                raise RecordTooLargeError(write.kind, write.key, what, found, limit)
        total += size
    if total > MAX_TRANSACTION_BYTES:
        raise RecordTooLargeError(
            writes[0].kind, writes[0].key, "transaction that begins with it", total, MAX_TRANSACTION_BYTES
        )


def _is_connection_trouble(error: BotoCoreError) -> bool:
    from botocore.exceptions import HTTPClientError

    return isinstance(error, HTTPClientError)
