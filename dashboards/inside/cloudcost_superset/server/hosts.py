"""The names that the dashboards are served at; a request for another one is refused before Superset sees it.

Superset builds links and judges redirects by the name that a request came for. One that somebody made up, or a name
that they bent to this address (DNS rebinding), would come back in them.
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

#: Pages by which machines ask whether the dashboards are up, at whatever address they know.
HEALTH = ("/health", "/healthcheck", "/ping")


def list_hosts(settings: dict[str, Any]) -> frozenset[str]:
    """Every `Host` that is served: the address that people use, the one that is listened on, and `dashboards.hosts`."""
    port = settings["port"]
    host = f"[{settings['host']}]" if ":" in settings["host"] else settings["host"]
    own = {f"{name}:{port}" for name in (host, "127.0.0.1", "localhost", "[::1]")}
    address = urlsplit(settings["address"])
    named = {address.netloc, *settings["hosts"]}
    usual = ":443" if address.scheme == "https" else ":80"
    for name in own | named:
        if name.endswith(usual):
            named.add(name.removesuffix(usual))  # browsers leave it out
    return frozenset(name.lower() for name in own | named)


class KnownHosts:
    """A WSGI application behind the check of `Host`, and behind a proxy of `X-Forwarded-Host`."""

    def __init__(self, app: Any, hosts: frozenset[str], is_proxied: bool) -> None:
        self._app = app
        self._hosts = hosts
        self._headers = ("HTTP_HOST", "HTTP_X_FORWARDED_HOST") if is_proxied else ("HTTP_HOST",)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, or refuse with 421."""
        named = [environ[name] for name in self._headers if name in environ]
        hosts = [host.strip().lower() for text in named for host in text.split(",")]
        if environ.get("PATH_INFO") not in HEALTH and not (hosts and all(host in self._hosts for host in hosts)):
            text = b"The dashboards are not served under this name; `dashboards.hosts` adds names that they have.\n"
            headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))]
            start_response("421 Misdirected Request", headers)
            return [text]
        return self._app(environ, start_response)


def serve_known_hosts(app: Any, settings: dict[str, Any]) -> None:
    """Put the check before everything else."""
    app.wsgi_app = KnownHosts(app.wsgi_app, list_hosts(settings), bool(settings["is_proxied"]))
