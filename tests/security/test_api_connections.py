"""Nobody keeps a place at the API by sending nothing, or by sending slowly."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from api import connections
from api.connections import PunctualProtocol
from tests.api_house import PEOPLE, House, build_house

HEAD = "POST /oauth/token HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
ARRIVAL = 0.4


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[House, str]]:
    monkeypatch.setattr(connections, "ARRIVAL_SECONDS", ARRIVAL)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        house = build_house(tmp_path / "it", url=url)
        config = uvicorn.Config(house.client.app, http=PunctualProtocol, log_level="warning", timeout_keep_alive=3)
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not running.started:
            time.sleep(0.02)
        yield house, url.removeprefix("http://")
        running.should_exit = True
        thread.join(10)


def connect(host: str) -> socket.socket:
    name, _, port = host.partition(":")
    return socket.create_connection((name, int(port)), timeout=5)


@pytest.mark.parametrize(
    "sent", ["", "GET /livez HTT", "GET /livez HTTP/1.1\r\nHost: {host}\r\n", HEAD + "Content-Length: 500\r\n\r\ng"]
)
def test_what_does_not_come_in_time_is_not_waited_for(server: tuple[House, str], sent: str) -> None:
    _, host = server
    started = time.monotonic()
    with connect(host) as connection:
        connection.sendall(sent.format(host=host).encode())
        connection.settimeout(3)
        try:
            while time.monotonic() - started < 3:
                # a byte now and then is no request
                connection.sendall(b"x" if sent.endswith("g") else b"")
                connection.settimeout(0.1)
                try:
                    if connection.recv(4096) == b"":
                        break
                except TimeoutError:
                    continue
        except ConnectionError:
            pass
        assert ARRIVAL * 0.8 < time.monotonic() - started < 2.5


def test_a_whole_request_is_answered_on_a_connection_that_stays(server: tuple[House, str]) -> None:
    house, host = server
    token = house.token(PEOPLE["admin"])
    with connect(host) as connection:
        for _ in range(2):
            connection.sendall(f"GET /v1/me HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            time.sleep(ARRIVAL * 1.5)


def test_a_body_in_chunks_that_is_too_large_is_told_so(server: tuple[House, str]) -> None:
    _, host = server
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    with connect(host) as connection:
        connection.sendall((HEAD + "Transfer-Encoding: chunked\r\n\r\n").format(host=host).encode() + chunk * 17)
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413") and b"urn:cloudcost:problem:too_large" in answer


def test_an_address_with_a_slash_too_many_is_not_there(server: tuple[House, str]) -> None:
    house, _ = server
    answer = house.ask("/v1/me/", house.token(PEOPLE["admin"]))
    assert answer.status_code == 404 and "location" not in answer.headers
