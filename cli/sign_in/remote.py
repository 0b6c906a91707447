"""The API that this terminal is signed in to: where, with which tokens, and asking it something."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from audit.keys import write_durably
from core.errors import CloudcostError, shorten

CLIENT = "cloudcost-cli"
SECONDS = (5.0, 60.0)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class LoginError(CloudcostError):
    """The API cannot be asked, or does not let this terminal in; the message states why."""


@dataclass(frozen=True)
class Login:
    """Where this terminal is signed in, and its tokens."""

    url: str
    access_token: str
    refresh_token: str

    @classmethod
    def of(cls, url: str, found: Mapping[str, Any]) -> "Login":
        """The login that an answer with tokens gives."""
        return cls(url, str(found["access_token"]), str(found["refresh_token"]))


class ApiClient:
    """Asks an API. Over TLS only, but for this machine's own."""

    def __init__(self, url: str, login: Login | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise LoginError(f"{shorten(url)}: https is needed; http reaches an API on this machine only")
        self.url = url.rstrip("/")
        self._login = login

    def with_login(self, login: Login) -> "ApiClient":
        """The same, asked as whoever signed in."""
        return ApiClient(self.url, login)

    def get(self, path: str) -> Any:
        """What it answers; `LoginError` where it refuses."""
        return self._ask("GET", path)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Likewise, for something that changes."""
        return self._ask("POST", path, body)

    def delete(self, path: str) -> Any:
        """Likewise, for something that ends."""
        return self._ask("DELETE", path)

    def post_form(self, path: str, form: Mapping[str, str]) -> Any:
        """What it answers to a form; `LoginError` where it refuses."""
        status, found = self.try_form(path, form)
        if status != 200:
            raise LoginError(f"{self.url}: {found.get('error_description') or found.get('error') or status}")
        return found

    def try_form(self, path: str, form: Mapping[str, str]) -> tuple[int, Any]:
        """Status and answer to a form."""
        return self._send("POST", path, {}, data=dict(form))

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        if self._login is None:
            raise LoginError("nobody is signed in: `cloudcost login`")
        status, found = self._send(method, path, self._headers(), json=body)
        if status == 401:
            self._login = renew_login(self._login, self)
            status, found = self._send(method, path, self._headers(), json=body)
        if not 200 <= status < 300:
            raise LoginError(f"{self.url}: {found.get('detail') or f'HTTP {status}'}")
        return found

    def _headers(self) -> dict[str, str]:
        return {} if self._login is None else {"Authorization": f"Bearer {self._login.access_token}"}

    def _send(self, method: str, path: str, headers: Mapping[str, str], **content: Any) -> tuple[int, Any]:
        import requests

        try:
            answer = requests.request(
                method, f"{self.url}{path}", headers=headers, timeout=SECONDS, allow_redirects=False, **content
            )
            found = answer.json() if answer.content else {}
        except requests.RequestException as error:
            raise LoginError(f"{self.url}: the API cannot be reached ({type(error).__name__})") from error
        if not isinstance(found, dict):
            raise LoginError(f"{self.url}: this is no API of cloudcost")
        return answer.status_code, found


def read_login() -> Login | None:
    """Where this terminal is signed in; None where it is nowhere."""
    path = find_file()
    try:
        with path.open(encoding="utf-8") as file:
            found = os.fstat(file.fileno())
            text = file.read()
    except FileNotFoundError:
        return None
    if found.st_mode & 0o077 or found.st_uid != os.geteuid():
        raise LoginError(f"{path}: others can read or write it: remove it, and sign in again")
    try:
        return Login(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise LoginError(f"{path}: it cannot be read: remove it, and sign in again") from error


def write_login(login: Login) -> None:
    """Remember where this terminal is signed in."""
    path = find_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    write_durably(draft, json.dumps(asdict(login)))
    draft.replace(path)


def forget_login() -> None:
    """Remember it no more."""
    find_file().unlink(missing_ok=True)


def renew_login(login: Login, api: ApiClient) -> Login:
    """The next tokens. A refresh token counts once, so of several commands at once one fetches them for all."""
    with _locked():
        newest = read_login()
        if newest is not None and newest.url == login.url and newest.access_token != login.access_token:
            return newest
        form = {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": login.refresh_token}
        status, found = api.try_form("/oauth/token", form)
        if status != 200:
            raise LoginError(f"{api.url}: {found.get('error_description') or status}: `cloudcost login`")
        renewed = replace(login, access_token=found["access_token"], refresh_token=found["refresh_token"])
        write_login(renewed)
        return renewed


def find_file() -> Path:
    """The file of the login, in the configuration folder of whoever runs this."""
    folder = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(folder) / "cloudcost" / "login.json"


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    path = find_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
