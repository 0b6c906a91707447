"""A store of every backend for the contract suites."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from state import StateStore
from tests.contract.stores import OPENERS, Open
from tests.peers.moto_server import MotoServer


@pytest.fixture(scope="session")
def moto_server() -> Iterator[MotoServer]:
    with MotoServer() as server:
        yield server


@pytest.fixture(params=sorted(OPENERS))
def open_store(request: pytest.FixtureRequest, tmp_path: Path, moto_server: MotoServer) -> Iterator[Open]:
    yield from OPENERS[request.param](tmp_path, moto_server)


@pytest.fixture
def store(open_store: Open) -> StateStore:
    return open_store()
