"""A Python client of the API, generated from docs/openapi.json: one module, with one function for each operation.

Run: `python -m scripts.client FILE`. The module needs httpx alone: `Client(url, token).read_costs(month="2026-03")`.
"""

from __future__ import annotations

import json
import keyword
import re
import sys
from pathlib import Path
from typing import Any

from scripts.openapi import FILE

HEAD = '''"""A client of the cloudcost API, generated from its OpenAPI document: change that, not this file."""

from typing import Any

import httpx


class Problem(Exception):
    """What the API could not do (RFC 9457)."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(body.get("detail", body)))
        self.status, self.body = status, body


class Client:
    """Asks the API at an address with a token or key."""

    def __init__(self, url: str, token: str, http: httpx.Client | None = None) -> None:
        self._url, self._headers = url.rstrip("/"), {"Authorization": f"Bearer {token}"}
        self._http = http or httpx.Client(timeout=60)

    def _ask(self, method: str, path: str, query: dict[str, Any], headers: dict[str, Any], body: Any) -> Any:
        sent = {name: value for name, value in query.items() if value is not None}
        more = {name: str(value) for name, value in headers.items() if value is not None}
        answer = self._http.request(
            method, f"{self._url}{path}", params=sent, headers={**self._headers, **more}, json=body
        )
        is_json = "json" in answer.headers.get("content-type", "") and "ndjson" not in answer.headers["content-type"]
        found = answer.json() if is_json else answer.content
        if answer.is_error:
            raise Problem(answer.status_code, found if isinstance(found, dict) else {})
        return found
'''


def write_client(document: dict[str, Any]) -> str:
    """The module's text."""
    methods = [
        _write_method(method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    return "\n".join([HEAD, *methods])


def _write_method(method: str, path: str, operation: dict[str, Any]) -> str:
    places: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
    for parameter in operation.get("parameters", []):
        places[parameter["in"]][parameter["name"]] = _spell(parameter["name"])
    arguments = ["self", *places["path"].values(), *(["body: dict[str, Any]"] if "requestBody" in operation else [])]
    optional = [*places["query"].values(), *places["header"].values()]
    arguments += ["*", *(f"{name}: Any = None" for name in optional)] if optional else []
    query, headers = (
        "{" + ", ".join(f"{name!r}: {own}" for name, own in places[place].items()) + "}"
        for place in ("query", "header")
    )
    target = re.sub(r"{(\w+)}", lambda found: "{" + _spell(found[1]) + "}", path)
    body = "body" if "requestBody" in operation else "None"
    summary = json.dumps(operation.get("description") or operation.get("summary", ""), ensure_ascii=False)
    return (
        f"    def {operation['operationId']}({', '.join(arguments)}) -> Any:\n"
        f"        {summary}\n"
        f"        return self._ask({method.upper()!r}, f{target!r}, {query}, {headers}, {body})\n"
    )


def _spell(name: str) -> str:
    """A parameter as Python can name it."""
    spelled = re.sub(r"\W", "_", name).lower()
    return f"{spelled}_" if keyword.iskeyword(spelled) or spelled in ("self", "body") else spelled


def main() -> int:
    """Generate, and say where."""
    if len(sys.argv) != 2:
        print("python -m scripts.client FILE", file=sys.stderr)
        return 2
    Path(sys.argv[1]).write_text(write_client(json.loads(FILE.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"{sys.argv[1]}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
