"""Small protocol servers: one that always answers the same, and an object store that speaks Google's protocol."""

import base64
import hashlib
import http.server
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import google_crc32c
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


class _Handler(http.server.BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self.server.calls.append(self.path)
        status, headers, content = self.server.answer(self.path)
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        if status == 200 and wanted:  # a download that broke off goes on where it stood
            first, last = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
            headers = {**headers, "content-range": f"bytes {first}-{last}/{len(content)}"}
            status, content = 206, content[first : last + 1]
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_HEAD = do_GET


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        raise NotImplementedError


class FixedAnswer(_Server):
    """Every request gets one answer: how errors that stand-ins cannot make are made."""

    def __init__(self, status: int, headers: dict[str, str], content: bytes) -> None:
        super().__init__()
        self.fixed = (status, headers, content)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        return self.fixed


class GoogleStorage(_Server):
    """Buckets of objects with generations: listing in pages of two, and download of one generation."""

    def __init__(self) -> None:
        super().__init__()
        self.buckets: dict[str, dict[str, tuple[int, bytes]]] = {}
        self.faults: list[tuple[int, str]] = []
        self.generation = 1_700_000_000_000_000

    def put(self, bucket: str, name: str, content: bytes) -> None:
        """Write an object; its former generation is gone."""
        self.generation += 1
        self.buckets.setdefault(bucket, {})[name] = (self.generation, content)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        url = urllib.parse.urlsplit(path)
        options = dict(urllib.parse.parse_qsl(url.query))
        parts = [urllib.parse.unquote(part) for part in url.path.split("/")]
        if "o" not in parts:  # the client asks for the bucket itself beside its work, for its traces
            return self._refuse(404, "notFound")
        if self.faults:
            return self._refuse(*self.faults.pop(0))
        bucket = self.buckets.get(parts[parts.index("b") + 1])
        if bucket is None:
            return self._refuse(404, "notFound")
        name = parts[parts.index("o") + 1] if parts.index("o") + 1 < len(parts) else ""
        if not name:
            return self._list(bucket, options)
        generation, content = bucket.get(name, (0, b""))
        if not generation or options.get("generation", str(generation)) != str(generation):
            return self._refuse(404, "notFound")
        digests = (("md5", hashlib.md5(content, usedforsecurity=False)), ("crc32c", google_crc32c.Checksum(content)))
        hashes = ",".join(f"{name}={base64.b64encode(found.digest()).decode()}" for name, found in digests)
        headers = {"x-goog-generation": str(generation), "x-goog-hash": hashes}
        return 200, {"content-type": "application/octet-stream", **headers}, content

    def _list(self, bucket: dict[str, tuple[int, bytes]], options: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        names = sorted(name for name in bucket if name.startswith(options.get("prefix", "")))
        start = int(options.get("pageToken", 0))
        items = [
            {
                "name": name,
                "size": str(len(bucket[name][1])),
                "generation": str(bucket[name][0]),
                "updated": "2026-05-14T06:11:52.000Z",
            }
            for name in names[start : start + 2]
        ]
        page: dict[str, Any] = {"kind": "storage#objects", "items": items}
        if start + 2 < len(names):
            page["nextPageToken"] = str(start + 2)
        return 200, {"content-type": "application/json"}, json.dumps(page).encode()

    def _refuse(self, status: int, reason: str) -> tuple[int, dict[str, str], bytes]:
        error = {"code": status, "message": reason, "errors": [{"reason": reason, "message": reason}]}
        return status, {"content-type": "application/json"}, json.dumps({"error": error}).encode()


S = TypeVar("S", bound=_Server)


@contextmanager
def serving(server: S) -> Iterator[S]:
    """A server while the block runs."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def write_google_key(path: Path, token_uri: str) -> Path:
    """The key file of an invented service account, which asks for its tokens at ``token_uri``."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "1",
        "private_key": key.decode(),
        "client_email": "reader@p.iam.gserviceaccount.com",
        "token_uri": token_uri,
    }
    path.write_text(json.dumps(account))
    return path
