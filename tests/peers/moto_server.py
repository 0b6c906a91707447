"""A stand-in for AWS: moto behind HTTP, with a list of the calls that reached it."""

import datetime as dt
import io
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

ACCOUNT = "123456789012"


def make_client(service: str, url: str, region: str = "eu-central-1") -> Any:
    """A boto3 client of the server at ``url``."""
    # A session of its own: the shared one may not be used by several threads. Which client it is, a name decides that
    # is known only when it runs.
    session: Any = boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test")
    return session.client(service, region_name=region, endpoint_url=url)


@dataclass(frozen=True)
class Call:
    """One query-protocol (EC2, STS) or JSON-protocol (DynamoDB) request and how it was answered."""

    action: str
    status: int
    #: of the query protocol, as they were sent
    parameters: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass
class MotoServer:
    """A moto server on a free port; `fail_next` answers the next call of an action with an HTTP status instead.

    Requests are answered one after the other: moto's transactions undo what others wrote meanwhile.
    """

    calls: list[Call] = field(default_factory=list)
    fail_next: dict[str, list[int]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._record, threaded=True, request_handler=MotoRequestHandler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def client(self, service: str, account_id: str = ACCOUNT, region: str = "eu-central-1") -> Any:
        """A boto3 client of this server, in the form of a client factory."""
        if (service, region) not in self._clients:
            self._clients[service, region] = make_client(service, self.url, region)
        return self._clients[service, region]

    def environment(self) -> dict[str, str]:
        """What a process needs so that its clients find this server, and no real account."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def add_old_volume(self, region: str, size: int = 100, days: int = 400) -> str:
        """The id of a volume on nothing that was made so many days ago, which nobody can tell moto over HTTP."""
        from moto.ec2.models import ec2_backends

        volume = self.client("ec2", region=region).create_volume(AvailabilityZone=f"{region}a", Size=size)
        made = ec2_backends[ACCOUNT][region].volumes[volume["VolumeId"]]
        made.create_time -= dt.timedelta(days=days)
        return str(volume["VolumeId"])

    def count(self, action: str, status: int = 200) -> int:
        """How often an action was answered with a status."""
        return self.calls.count(Call(action, status))

    def _record(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        sent = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        action = sent.pop("Action", "-")
        if self.fail_next.get(action):
            status = self.fail_next[action].pop(0)
            self.calls.append(Call(action, status))
            start_response(f"{status} Injected", [("Content-Type", "text/xml")])
            return [b"<Response><Errors><Error><Code>Injected</Code><Message>no</Message></Error></Errors></Response>"]

        def note(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            self.calls.append(Call(action, int(status.split()[0]), sent))
            return start_response(status, headers, *rest)

        with self._lock:
            return list(self._app(environ, note))
