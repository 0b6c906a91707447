"""A stand-in for the JSON services of AWS that moto lacks: data exports, Cost Explorer and their like.

boto3 finds it by AWS_ENDPOINT_URL_<SERVICE>. A test says what an operation answers; the answer is compared with the
service's own model, so a test cannot invent a field.
"""

import gzip
import http.server
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import botocore.session

Request = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """An error in place of an answer: status, error code, and headers such as Retry-After."""

    status: int
    code: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class AwsServices:
    """A server on a free port; `on` gives an operation its answer. A context manager."""

    calls: list[tuple[str, Request]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._answers: dict[tuple[str, str], tuple[Any, Callable[[Request], Request]]] = {}
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.services = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def on(self, service: str, operation: str, answer: Callable[[Request], Request]) -> None:
        """From now on, this operation is answered by ``answer`` of its request."""
        model = botocore.session.get_session().get_service_model(service)
        shape = model.operation_model(operation).output_shape
        self._answers[str(model.metadata["targetPrefix"]), operation] = (shape, answer)

    def reply(self, target: str, request: Request) -> tuple[int, dict[str, str], Request]:
        """Status, headers and body for one request."""
        prefix, _, operation = target.rpartition(".")
        self.calls.append((operation, request))
        if self.faults:
            fault = self.faults.pop(0)
            return fault.status, fault.headers, {"__type": fault.code, "message": "the secret hunter2 of you"}
        if (prefix, operation) not in self._answers:
            return 400, {}, {"__type": "UnknownOperationException", "message": target}
        shape, answer = self._answers[prefix, operation]
        body = answer(request)
        check_shape(shape, body, operation)
        return 200, {}, body


def check_shape(shape: Any, value: Any, path: str) -> None:
    """Raises AssertionError where an answer has a field that the service's model does not know."""
    if shape.type_name == "structure":
        for key, item in value.items():
            assert key in shape.members, f"{path}.{key} is no member of {shape.name}"
            check_shape(shape.members[key], item, f"{path}.{key}")
    elif shape.type_name == "list":
        for item in value:
            check_shape(shape.member, item, f"{path}[]")


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    services: AwsServices


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        target = self.headers.get("x-amz-target", "")
        status, headers, body = self.server.services.reply(target, json.loads(content or b"{}"))
        encoded = json.dumps(body, default=lambda moment: moment.timestamp()).encode()
        self.send_response(status)
        given = {"content-type": "application/x-amz-json-1.1", "content-length": str(len(encoded)), **headers}
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(encoded)
