"""Which store an installation's configuration gives it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudcost.installation import Installation
from state import SqliteStateStore
from state.dynamodb import DynamoDbStateStore, create_table
from tests.peers.moto_server import MotoServer

SOURCES = 'sources: [{name: aws, location: "exports"}]\n'


@pytest.fixture
def server() -> Iterator[MotoServer]:
    with MotoServer() as peer:
        yield peer


def open_installation(folder: Path, text: str) -> Installation:
    (folder / "cloudcost.yaml").write_text(SOURCES + text)
    return Installation(folder / "cloudcost.yaml", folder / "home")


def test_a_file_is_the_default(tmp_path: Path) -> None:
    assert isinstance(open_installation(tmp_path, "").state, SqliteStateStore)
    assert (tmp_path / "home" / "state.sqlite").exists()


def test_a_table_that_two_installations_share(
    tmp_path: Path, server: MotoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    create_table("finops-state", server.client("dynamodb"))
    (tmp_path / "other").mkdir()
    one, other = (
        open_installation(folder, "state: {backend: dynamodb, table: finops-state}\n")
        for folder in (tmp_path, tmp_path / "other")
    )
    assert isinstance(one.state, DynamoDbStateStore)
    one.mark_published()
    published = other.store.get("pipeline", "published")
    assert published is not None
    assert one.scoring_input() == other.scoring_input() == published.body["input"]
    assert not (tmp_path / "home" / "state.sqlite").exists()
