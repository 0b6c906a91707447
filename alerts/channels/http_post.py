"""One HTTP POST that cannot be led astray: no redirect, no address that is refused, no end beyond its deadline.

The proxies of the environment (HTTPS_PROXY, NO_PROXY, ...) are used as by every other program. Then the proxy is what
is connected to, and where the receiver's name leads is the proxy's to judge; an address in place of a name is judged
here.
"""

import socket
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPResponse
from ipaddress import ip_address
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from alerts.channels.line import AddressRefusedError, Line


def post(line: Line, url: str, body: bytes, headers: Mapping[str, str]) -> requests.Response:
    """The answer's status and headers; its body is never read. Raises requests.RequestException."""
    with _Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, _LineAdapter(line))
        answer = session.post(
            url,
            data=body,
            headers=headers,
            timeout=line.seconds,
            allow_redirects=False,
            stream=True,
            # Without this, requests would add the password that a .netrc has for the host.
            auth=_add_nothing,
        )
        answer.close()
        return answer


def find_refusal(error: BaseException | None) -> AddressRefusedError | None:
    """The refusal of an address that an error of requests came from, if it did."""
    while error is not None:
        if isinstance(error, AddressRefusedError):
            return error
        reason = getattr(error, "reason", None) or next((a for a in error.args if isinstance(a, BaseException)), None)
        error = reason if isinstance(reason, BaseException) else error.__cause__ or error.__context__
    return None


def read_address(host: str) -> str | None:
    """The address that stands in place of a name, in any of the ways that resolvers take (`0x7f.1` too); else None."""
    bare = host.strip("[]").rstrip(".").lower()
    if bare == "localhost" or bare.endswith(".localhost"):
        return "127.0.0.1"
    try:
        return str(ip_address(bare))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(bare))
    except OSError:
        return None


def _add_nothing(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _Session(requests.Session):
    """Sees no redirect: requests would read the whole answer to find out where it leads, even if it does not follow."""

    def get_redirect_target(self, response: requests.Response) -> None:
        return None


class _LineAdapter(HTTPAdapter):
    """Connects by a line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _make_pools(self._line, is_proxy=False)

    def proxy_manager_for(self, proxy: str, **options: Any) -> urllib3.ProxyManager:
        if proxy.lower().startswith("socks"):
            raise requests.exceptions.InvalidProxyURL("webhooks know HTTP proxies only, no SOCKS")
        manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _make_pools(self._line, is_proxy=True)
        return manager

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        address = read_address(urllib3.util.parse_url(request.url or "").host or "")
        if address is not None:
            self._line.check(address)
        return super().send(request, *arguments, **options)


class _FinalAnswer(HTTPResponse):
    """Waits for the answer that counts: what comes before it (RFC 9110, 15.2), such as Early Hints, is read over.

    http.client does so for 100 alone. 101 is left as it is: nobody requested another protocol, so nothing follows it.
    """

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, HTTPStatus.CONTINUE if 101 < status < 200 else status, reason


def _make_pools(line: Line, is_proxy: bool) -> dict[str, type[urllib3.HTTPConnectionPool]]:
    class LineConnection(HTTPConnection):
        response_class = _FinalAnswer

        def _new_conn(self) -> Any:
            return _connect(self)

    class SecureLineConnection(HTTPSConnection):
        response_class = _FinalAnswer

        def _new_conn(self) -> Any:
            return _connect(self)

    class LinePool(urllib3.HTTPConnectionPool):
        ConnectionCls = LineConnection

    class SecureLinePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = SecureLineConnection

    def _connect(connection: HTTPConnection) -> Any:
        try:
            return line.connect(connection._dns_host, connection.port, is_named_by_operator=is_proxy)
        except OSError as error:
            raise urllib3.exceptions.NewConnectionError(connection, str(error)) from error

    return {"http": LinePool, "https": SecureLinePool}
