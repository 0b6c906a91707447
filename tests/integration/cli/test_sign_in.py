"""`cloudcost api`, and a terminal that signs in there: the processes that people start."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

CLOUDCOST = str(Path(sys.executable).with_name("cloudcost"))


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run([CLOUDCOST, *arguments], env=environ(folder), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def environ(folder: Path) -> dict[str, str]:
    places = {"CLOUDCOST_CONFIG": "c.yaml", "CLOUDCOST_HOME": "home", "XDG_CONFIG_HOME": "config"}
    return {**os.environ, **{name: str(folder / place) for name, place in places.items()}}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    """The folder, the address and what was printed at the start."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "exports").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = f"sources: [{{name: a, provider: aws, location: {folder / 'exports'}}}]\napi: {{port: {port}}}\n"
    account = f"people: [{{name: ana@example.com, roles: [admin], account: {pwd_name()}}}]\n"
    (folder / "c.yaml").write_text(config + account)
    out = folder / "out.txt"
    with out.open("w") as file:
        process = subprocess.Popen([CLOUDCOST, "api"], env=environ(folder), stdout=file, stderr=subprocess.STDOUT)
        try:
            give_up_at = time.monotonic() + 60
            while time.monotonic() < give_up_at and process.poll() is None:
                try:
                    requests.get(f"http://127.0.0.1:{port}/livez", timeout=5)
                    break
                except requests.ConnectionError:
                    time.sleep(0.1)
            yield folder, f"http://127.0.0.1:{port}", out.read_text()
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0


def pwd_name() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def let_in(printed: str, name: str, password: str) -> requests.Response:
    """What a person does with a browser."""
    address = re.search(r"http\S+", printed)
    assert address is not None, printed
    browser = requests.Session()
    page = browser.get(address[0], timeout=30)
    found = re.search(r'name="page" value="([^"]+)"', page.text)
    assert found is not None, page.text
    form = {"page": found[1], "name": name, "password": password}
    origin = "/".join(address[0].split("/")[:3])
    return browser.post(f"{origin}/oauth/sign-in", data=form, headers={"Origin": origin}, timeout=30)


def read_password(printed: str) -> str:
    """The first administrator's: no terminal, so it is in a file."""
    found = re.search(r"Password: in (\S+),", printed)
    assert found is not None, printed
    return Path(found[1]).read_text().strip()


def test_a_terminal_signs_in_works_and_signs_out(served: tuple[Path, str, str]) -> None:
    folder, url, printed = served
    password = read_password(printed)
    login = subprocess.Popen([CLOUDCOST, "login"], env=environ(folder), stdout=subprocess.PIPE, text=True)
    assert login.stdout is not None
    assert let_in(login.stdout.readline(), "ana@example.com", password).status_code == 200
    said, _ = login.communicate(timeout=60)
    assert f"Signed in at {url} as ana@example.com." in said
    file = folder / "config" / "cloudcost" / "login.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "account  local ana@example.com" in run(folder, "whoami")

    made = run(folder, "keys", "create", "nightly", "--may", "see_costs")
    key, key_id = made.splitlines()[0], re.search(r"key (\w+),", made)
    assert key_id is not None
    bearer = {"Authorization": f"Bearer {key}"}
    assert requests.get(f"{url}/v1/me", headers=bearer, timeout=30).json()["allowed"] == ["see_costs"]
    assert "nightly" in run(folder, "keys", "list")
    run(folder, "keys", "revoke", key_id[1])
    assert requests.get(f"{url}/v1/me", headers=bearer, timeout=30).status_code == 401

    # a token that counts no more is renewed, whichever of several commands does it
    tokens = json.loads(file.read_text())
    file.write_text(json.dumps({**tokens, "access_token": "expired"}))
    assert "ana@example.com" in run(folder, "whoami")
    renewed = json.loads(file.read_text())
    assert renewed["refresh_token"] != tokens["refresh_token"]
    assert "Signed out" in run(folder, "logout")
    assert not file.exists()
    bearer = {"Authorization": f"Bearer {renewed['access_token']}"}
    assert requests.get(f"{url}/v1/me", headers=bearer, timeout=30).status_code == 401

    # without a login, the person whose account this is, on this machine's installation
    assert "nightly" in run(folder, "keys", "list")
    assert run(folder, "people", "password").startswith("ana@example.com: signed out everywhere")


def test_requests_are_lines_of_the_log_and_secrets_are_in_none(served: tuple[Path, str, str]) -> None:
    folder, url, printed = served
    requests.get(f"{url}/v1/me?token=a-secret", headers={"Authorization": "Bearer another-secret"}, timeout=30)
    file = folder / "home" / "logs" / "api.log"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert any("GET /v1/me 401" in line["message"] and line["request"] and line["milliseconds"] for line in lines)
    assert "secret" not in file.read_text()
    assert read_password(printed) not in file.read_text()
    for path in (folder / "home").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert (folder / "home" / "keys" / "tokens.json").exists()


def test_a_port_that_is_taken_is_a_sentence(served: tuple[Path, str, str]) -> None:
    folder, _, _ = served
    done = subprocess.run([CLOUDCOST, "api"], env=environ(folder), capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "cannot be listened on" in done.stderr and "Traceback" not in done.stderr


def test_a_login_goes_over_tls_alone(tmp_path: Path) -> None:
    command = [CLOUDCOST, "login", "--url", "http://api.example.com"]
    done = subprocess.run(command, env=environ(tmp_path), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "https is needed" in done.stderr
    done = subprocess.run([CLOUDCOST, "whoami"], env=environ(tmp_path), capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "nobody is signed in" in done.stderr
