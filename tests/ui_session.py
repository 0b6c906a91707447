"""Signing in to a `cloudcost ui` that runs, by the link that it prints, and asking it as its own pages do."""

import http.client
import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def find_link(log: Path) -> str | None:
    """The newest sign-in link that was printed; each counts once."""
    found = re.findall(r"http://\S+/sign-in\?token=\S+", log.read_text())
    return str(found[-1]) if found else None


@dataclass
class UiSession:
    """A session of the UI at ``url``."""

    url: str
    cookie: str

    @classmethod
    def begin(cls, link: str) -> "UiSession":
        """Open a sign-in link."""
        parts = urllib.parse.urlsplit(link)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        assert answer.status == 303, answer.read()
        return cls(f"http://{parts.netloc}", str(answer.headers["Set-Cookie"]).partition(";")[0])

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer to a GraphQL query."""
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        headers = {"Content-Type": "application/json", "Origin": self.url, "Cookie": self.cookie}
        request = urllib.request.Request(f"{self.url}/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.loads(answer.read())["data"]
        return found


def wait_until(is_true: Callable[[], object], seconds: float, otherwise: Callable[[], str]) -> None:
    """Wait for what is coming; fail with ``otherwise`` where it does not."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, otherwise()
        time.sleep(0.2)
