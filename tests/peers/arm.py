"""A stand-in for Azure's management service and its sign-in, over TLS as the client libraries demand.

Knows Cost Management's exports, their runs and the cost query with its pages, Advisor's recommendations with theirs,
and Entra's token endpoint beside it.
"""

import datetime as dt
import http.server
import ipaddress
import json
import re
import ssl
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PAGE_ROWS = 2


@dataclass(frozen=True)
class Fault:
    """An error in place of an answer, with headers such as those of the rate limits."""

    status: int
    code: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """An answer whose connection ends in the middle of it."""

    body: Any


@dataclass
class Arm:
    """A server on a free port; ``folder`` keeps its certificate, which clients trust by REQUESTS_CA_BUNDLE."""

    folder: Path
    costs: dict[str, list[list[Any]]] = field(default_factory=dict)
    exports: list[dict[str, Any]] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    #: by subscription; one that is not there is not seen
    recommendations: dict[str, list[Any]] = field(default_factory=dict)
    #: what an answer of Advisor's is changed to, as text
    change_page: Callable[[str], str] = str
    faults: list[Fault] = field(default_factory=list)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    secret: str = "right"
    cost_column: str = "Cost"

    def __enter__(self) -> Self:
        self.certificate, key = write_certificate(self.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.arm = self
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reply(
        self, method: str, path: str, options: dict[str, str], content: bytes, token: str
    ) -> tuple[int, dict[str, str], Any]:
        """Status, headers and body for one request."""
        if path.endswith("/.well-known/openid-configuration"):
            tenant = f"{self.url}/{path.split('/')[1]}"
            places = {"token_endpoint": f"{tenant}/oauth2/v2.0/token", "authorization_endpoint": f"{tenant}/a"}
            return 200, {}, {**places, "issuer": f"{tenant}/v2.0"}
        if path.endswith("/oauth2/v2.0/token"):
            return self._sign_in(dict(urllib.parse.parse_qsl(content.decode())))
        body = json.loads(content) if content else None
        self.calls.append((method, path, body))
        if not token.startswith("Bearer token-of-"):
            return 401, {}, {"error": {"code": "AuthenticationFailed", "message": "hunter2"}}
        if self.faults:
            fault = self.faults.pop(0)
            return fault.status, fault.headers, {"error": {"code": fault.code, "message": "hunter2"}}
        if path.endswith("/query"):
            return self._query(path, options, body)
        if advised := re.match(r"/subscriptions/([^/]+)/providers/Microsoft.Advisor/recommendations$", path):
            return self._advise(advised[1], path, options)
        if path.endswith("/exports"):
            return 200, {}, {"value": self.exports}
        if run := re.search(r"/exports/([^/]+)/run$", path):
            self.runs.append(run[1])
            return 200, {}, None
        return self.read(method, path, options)

    def read(self, method: str, path: str, options: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        """What else there is: nothing; see `tests.peers.arm_resources`."""
        return 404, {}, {"error": {"code": "ResourceNotFound", "message": path}}

    def _sign_in(self, form: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        if form.get("client_secret") != self.secret:
            return 401, {}, {"error": "invalid_client", "error_description": "AADSTS7000222: expired. hunter2"}
        answer = {"token_type": "Bearer", "expires_in": 3600, "access_token": f"token-of-{form['client_id']}"}
        return 200, {}, answer

    def _advise(self, subscription: str, path: str, options: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        """The recommendations of a subscription that the filter lets through, two to a page."""
        if subscription not in self.recommendations:
            return 404, {}, {"error": {"code": "SubscriptionNotFound", "message": "hunter2"}}
        wanted = re.fullmatch(r"Category eq '(\w+)'", options["$filter"])
        assert wanted is not None and options["api-version"]
        rows = [
            row
            for row in self.recommendations[subscription]
            if not isinstance(row, dict) or row.get("properties", {}).get("category") == wanted[1]
        ]
        start = int(options.get("$skiptoken", 0))
        following = start + PAGE_ROWS
        query = urllib.parse.urlencode(options | {"$skiptoken": str(following)})
        page: dict[str, Any] = {"value": rows[start:following]}
        if following < len(rows):
            page["nextLink"] = f"{self.url}{path}?{query}"
        return 200, {}, self.change_page(json.dumps(page))

    def _query(self, path: str, options: dict[str, str], body: Any) -> tuple[int, dict[str, str], Any]:
        """The rows of the month that is asked for, two to a page; every page has to be asked for with the body."""
        assert body is not None and len(body["dataset"]["grouping"]) <= 2, "a query groups by two dimensions at most"
        names = [group["name"] for group in body["dataset"]["grouping"]]
        rows = [[cost, day, *(groups if names else []), currency] for cost, day, *groups, currency in
                self.costs.get(body["timePeriod"]["from"][:7], [])]  # fmt: skip
        start = int(options.get("$skiptoken", 0))
        following = start + PAGE_ROWS
        link = f"{self.url}{path}?api-version={options['api-version']}&$skiptoken={following}"
        types = [(self.cost_column, "Number"), ("UsageDate", "Number"), *((name, "String") for name in names)]
        columns = [{"name": name, "type": kind} for name, kind in [*types, ("Currency", "String")]]
        page = {"nextLink": link if following < len(rows) else None, "columns": columns, "rows": rows[start:following]}
        return 200, {}, {"type": "Microsoft.CostManagement/query", "properties": page}


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cloudcost test peer")])
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=6))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "peer.pem", folder / "peer.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    arm: Arm


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def handle_any(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        options = dict(urllib.parse.parse_qsl(url.query))
        path = re.sub("//+", "/", url.path)
        status, headers, body = self.server.arm.reply(
            self.command, path, options, content, self.headers.get("authorization", "")
        )
        is_cut = isinstance(body, Cut)
        body = body.body if isinstance(body, Cut) else body
        encoded = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(encoded)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(encoded[: len(encoded) // 2] if is_cut else encoded)
        self.close_connection = self.close_connection or is_cut

    do_GET = do_POST = handle_any
