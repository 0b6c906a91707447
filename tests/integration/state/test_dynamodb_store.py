"""The DynamoDB backend on a bad network and at the service's limits."""

from collections.abc import Iterator
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from state import ConflictError, Record, RecordTooLargeError, StateStoreError, Write
from state.dynamodb import MAX_ITEM_BYTES, DynamoDbStateStore, create_table
from tests.peers.faulty_proxy import DYNAMODB_FAULTS, Fault, FaultyProxy, refuse_dynamodb
from tests.peers.moto_server import MotoServer


@pytest.fixture(scope="module")
def server() -> Iterator[MotoServer]:
    with MotoServer() as peer:
        yield peer


@pytest.fixture
def proxy(server: MotoServer) -> Iterator[FaultyProxy]:
    with FaultyProxy(server.url) as peer:
        yield peer


@pytest.fixture
def store(server: MotoServer, proxy: FaultyProxy) -> DynamoDbStateStore:
    """A store behind the proxy, with a client that repeats nothing by itself and pauses that take no time."""
    table = f"state-{uuid4().hex}"
    create_table(table, server.client("dynamodb"))
    client = boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test").client(
        "dynamodb", region_name="eu-central-1", endpoint_url=proxy.url, config=Config(retries={"total_max_attempts": 1})
    )
    return DynamoDbStateStore(table, client, patience_seconds=5, sleep=lambda seconds: None)


@pytest.mark.parametrize("fault", DYNAMODB_FAULTS, ids=lambda f: f"{f.kind}-{f.status}")
def test_a_write_happens_once_over_a_bad_network(store: DynamoDbStateStore, proxy: FaultyProxy, fault: Fault) -> None:
    proxy.faults.extend([fault, fault])
    assert store.insert("thing", "a", {"n": 1}) is True
    assert not proxy.faults
    proxy.faults.extend([fault, fault])
    assert store.update("thing", "a", {"n": 2}, expected_version=1).version == 2
    proxy.faults.append(fault)
    assert store.get("thing", "a") == Record("thing", "a", 2, {"n": 2})
    proxy.faults.append(fault)
    assert store.list("thing") == [Record("thing", "a", 2, {"n": 2})]


def test_somebody_elses_write_is_not_taken_for_ones_own(store: DynamoDbStateStore, proxy: FaultyProxy) -> None:
    store.insert("thing", "a", {"n": 1})
    proxy.faults.append(Fault("lose"))
    assert store.insert("thing", "a", {"n": 1}) is False
    with pytest.raises(ConflictError, match="expected version 7, found version 1"):
        store.update("thing", "a", {}, expected_version=7)


def cancelled(*codes: str) -> Fault:
    reasons = ", ".join(f'{{"Code": "{code}"}}' for code in codes)
    fault = refuse_dynamodb(400, "TransactionCanceledException")
    body = fault.body.decode().removesuffix("}") + f', "CancellationReasons": [{reasons}]}}'
    return Fault("refuse", 400, body.encode(), fault.headers)


def test_a_transaction_that_met_another_one_is_tried_again(store: DynamoDbStateStore, proxy: FaultyProxy) -> None:
    proxy.faults += [cancelled("None", "TransactionConflict"), cancelled("ThrottlingError", "None")]
    store.transact([Write.insert("thing", "a", {}), Write.insert("thing", "b", {})])
    assert [r.version for r in store.list("thing")] == [1, 1]
    proxy.faults.append(cancelled("ValidationError"))
    with pytest.raises(StateStoreError, match="refused a transaction: ValidationError"):
        store.insert("thing", "c", {})


def test_patience_ends(server: MotoServer, proxy: FaultyProxy, store: DynamoDbStateStore) -> None:
    proxy.faults.extend([refuse_dynamodb(400, "ThrottlingException")] * 4)
    impatient = DynamoDbStateStore(store.table_name, store._client, patience_seconds=0)
    with pytest.raises(StateStoreError, match="cannot be used now: ThrottlingException"):
        impatient.get("thing", "a")


def test_a_missing_table_and_a_missing_right_are_said(store: DynamoDbStateStore, proxy: FaultyProxy) -> None:
    with pytest.raises(StateStoreError, match="table nowhere does not exist: create it"):
        DynamoDbStateStore("nowhere", store._client).get("thing", "a")
    proxy.faults.append(refuse_dynamodb(400, "AccessDeniedException"))
    with pytest.raises(StateStoreError, match="needs GetItem, Query and PutItem"):
        store.get("thing", "a")


def test_lists_of_several_pages(store: DynamoDbStateStore) -> None:
    text = "x" * 300_000
    for number in range(9):  # a page holds 1 MB
        store.insert("thing", f"{number}", {"text": text})
    assert [(r.key, len(r.body["text"])) for r in store.list("thing")] == [(str(n), 300_000) for n in range(9)]


def test_what_is_too_large_is_named(store: DynamoDbStateStore) -> None:
    with pytest.raises(RecordTooLargeError, match=r"thing 'a': the record has 409,\d\d\d bytes, at most 409,600"):
        store.insert("thing", "a", {"text": "x" * (MAX_ITEM_BYTES - 80)})
    assert store.insert("thing", "a", {"text": "ä" * 100_000})
    with pytest.raises(RecordTooLargeError, match="the key has 1,025 bytes, at most 1,024"):
        store.insert("thing", "k" * 1025, {})
    with pytest.raises(RecordTooLargeError, match=r"thing '0': the transaction that begins with it has 4,4\d\d,\d\d\d"):
        store.transact([Write.insert("thing", f"{n}", {"text": "x" * 400_000}) for n in range(11)])


def test_a_table_that_is_there_stays(store: DynamoDbStateStore, server: MotoServer) -> None:
    store.insert("thing", "a", {})
    create_table(store.table_name, server.client("dynamodb"))
    assert store.get("thing", "a") is not None
