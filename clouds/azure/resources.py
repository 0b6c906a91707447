"""Azure Resource Manager, read-only: what resources a subscription has, by plain GETs of its REST API.

One client for every resource provider, where each has a library of its own: a list is a page of ``value`` with
``nextLink``, whichever provider answers (https://learn.microsoft.com/rest/api/azure/).
"""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlsplit

from clouds.access import AzureAccess
from clouds.aws.accounts import NotThisMachineError
from clouds.azure.errors import explain_sign_in
from clouds.politeness import Politeness
from core.errors import LocationError, Reason, explaining, shorten

#: Seconds to wait for a connection, and for the next part of an answer.
CONNECT_SECONDS, READ_SECONDS = 10, 60
#: More pages than any subscription has: a list that never ends is a defect of who answers.
MOST_PAGES = 10_000
#: Nobody registered the provider in this subscription, so there is nothing of it.
_NOT_REGISTERED = "MissingSubscriptionRegistration"
_STATUS: dict[int, tuple[Reason, str]] = {
    401: ("expired_credential", "Azure does not accept the token in use for {path}: sign in again"),
    403: ("no_permission", "the credential in use may not read {path}: `cloudcost permissions --cloud azure`"),
    404: ("not_found", "{path} does not exist, or the credential in use does not see it"),
    429: ("throttled", "Azure throttles requests for {path}: try again later"),
    503: ("throttled", "Azure throttles requests for {path}: try again later"),
}


class ResourceManager:
    """The management service, signed in as ``access`` says. Safe to share between threads.

    One that `is_confined` asks this machine alone, without a proxy and with a token that is worth nothing.
    """

    def __init__(
        self,
        access: AzureAccess | None = None,
        politeness: Politeness | None = None,
        environ: Mapping[str, str] = os.environ,
        is_confined: bool = False,
    ) -> None:
        self._access = access or AzureAccess()
        self._politeness = politeness or Politeness()
        self._environ = environ
        self._is_confined = is_confined
        self._lock = threading.Lock()
        self._client: Any = None

    def list(self, path: str, api_version: str, **options: str) -> Iterator[dict[str, Any]]:
        """Every item of a list, through all of its pages. Raises `LocationError` for what cannot be read to its end.

        ``path`` begins with a slash, ``options`` are further parameters of the query, a ``$`` before their names
        written as ``_``: ``_filter``.
        """
        url = self._address(path, api_version, options)
        seen: set[str] = set()
        while url:
            if url in seen or len(seen) >= MOST_PAGES:
                raise LocationError(f"{shorten(path)}: its list of pages does not end", "invalid")
            seen.add(url)
            answer = self._get(url, path)
            if answer is None:
                return
            items = answer.get("value")
            if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
                raise LocationError(f"{shorten(path)}: the answer is no list of resources", "invalid")
            yield from items
            url = self._follow(answer.get("nextLink"), path)

    def get(self, path: str, api_version: str, **options: str) -> dict[str, Any]:
        """One answer; raises `LocationError`."""
        return self._get(self._address(path, api_version, options), path) or {}

    def _address(self, path: str, api_version: str, options: Mapping[str, str]) -> str:
        query = {"api-version": api_version, **{_name_option(name): value for name, value in options.items()}}
        words = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        return f"{self._access.management_url}{quote(path, safe='/')}?{words}"

    def _follow(self, link: Any, path: str) -> str:
        """The next page's address, which is at the same service: a token is not carried to another one."""
        if not link:
            return ""
        if not isinstance(link, str) or _place(link) != _place(self._access.management_url):
            raise LocationError(f"{shorten(path)}: its next page is at another service", "invalid")
        return link

    def _get(self, url: str, path: str) -> dict[str, Any] | None:
        """The answer; None where nobody registered the provider."""
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        try:
            with self._explained(path):
                response = self._open().send_request(HttpRequest("GET", url))
                response.raise_for_status()
                # what sends elsewhere is not the service, whatever it says beside that
                text = response.text() if response.status_code == 200 else ""
        except LocationError as error:
            cause = error.__cause__
            if isinstance(cause, HttpResponseError) and _read_code(cause) == _NOT_REGISTERED:
                return None
            raise
        try:
            answer = json.loads(text)
        except ValueError:
            raise LocationError(f"{shorten(path)}: the answer is no JSON", "invalid") from None
        if not isinstance(answer, dict):
            raise LocationError(f"{shorten(path)}: the answer is no object", "invalid")
        return answer

    def _open(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._make_client()
            return self._client

    def _make_client(self) -> Any:
        from azure.core import PipelineClient
        from azure.core.pipeline.policies import BearerTokenCredentialPolicy, HeadersPolicy, UserAgentPolicy

        from clouds.azure.access import PoliteRetry, open_credential

        url = self._access.management_url
        options: dict[str, Any] = {"connection_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS}
        if self._is_confined:
            _check_this_machine(url)
            credential: Any = _MadeUpCredential()
            options |= {"use_env_settings": False, "connection_verify": self._environ.get("REQUESTS_CA_BUNDLE", True)}
        else:
            credential = open_credential(self._access, self._environ)
        # without a policy of redirects: what answers from elsewhere is not the service
        policies: list[Any] = [
            HeadersPolicy({"Accept": "application/json"}),
            UserAgentPolicy("cloudcost"),
            PoliteRetry(self._politeness),
            BearerTokenCredentialPolicy(credential, f"{url}/.default"),
        ]
        return PipelineClient[Any, Any](url, policies=policies, **options)

    def _explained(self, path: str) -> AbstractContextManager[None]:
        return explaining(lambda error: explain_error(error, path), self._politeness.mark)


class _MadeUpCredential:
    """A token for what runs on this machine: looking for a real one may ask a company's sign-in."""

    def get_token(self, *scopes: str, **options: Any) -> Any:
        from azure.core.credentials import AccessToken

        return AccessToken("cloudcost", 2**40)


def explain_error(error: Exception, path: str) -> LocationError | None:
    """The `LocationError` for an exception of the client; None for what is not one. Messages of Azure's are left out,
    as they name people and what they may do."""
    from azure.core import exceptions as azure

    path = shorten(path)
    if isinstance(error, azure.HttpResponseError) and error.status_code:
        status = int(error.status_code)
        default: tuple[Reason, str] = (
            ("unreachable", "Azure failed on {path}: try again later")
            if status >= 500
            else ("invalid", "Azure refuses to read {path}")
        )
        reason, sentence = _STATUS.get(status, default)
        return LocationError(f"{sentence.format(path=path)} (Azure: {_read_code(error) or status})", reason)
    if isinstance(error, azure.ClientAuthenticationError):
        return explain_sign_in(error, path)
    if isinstance(error, azure.ServiceRequestError | azure.ServiceResponseError):
        return LocationError(f"Azure cannot be reached for {path} ({type(error).__name__})", "unreachable")
    if isinstance(error, azure.AzureError):
        return LocationError(f"{path} cannot be read ({type(error).__name__})", "invalid")
    return None


def _read_code(error: Any) -> str:
    return str(getattr(error.error, "code", None) or "")


def _name_option(name: str) -> str:
    return f"${name[1:]}" if name.startswith("_") else name


def _place(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or 443


def _check_this_machine(url: str) -> None:
    host = urlsplit(url).hostname or ""
    try:
        is_here = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise NotThisMachineError(f"this is a demo's home: it reads this machine alone, and {host} is not on it")
