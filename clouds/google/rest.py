"""Google Cloud's APIs over HTTP and JSON, read politely: the answers of GET requests, one at a time.

google-auth signs the requests; it comes with google-cloud-bigquery. The environment variable `ENDPOINT_ENV` puts one
address in the place of every service's own, as BIGQUERY_EMULATOR_HOST does for BigQuery; it is asked without a
credential.
"""

import threading
from collections.abc import Mapping
from typing import Any, Literal, get_args

from clouds.access import GcpAccess
from clouds.aws.accounts import check_this_machine
from clouds.google.errors import explain_error
from clouds.politeness import AGAIN_STATUSES, Politeness, Refusal
from core.errors import LocationError, explaining

Service = Literal["compute", "monitoring", "sqladmin", "container", "redis"]
ENDPOINT_ENV = "CLOUDCOST_GOOGLE_ENDPOINT"
SCOPES = ("https://www.googleapis.com/auth/cloud-platform.read-only",)
#: Of one answer, in seconds; a page of 100,000 points takes Cloud Monitoring some.
TIMEOUT = 60
#: Reasons of a 403 that mean "again later" rather than "never".
_THROTTLED = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
_DISABLED = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})


class GoogleRest:
    """Reads from Google's APIs with the credential of the environment; one serves one run, from any thread.

    ``is_confined``: a demo's home, which asks this machine alone, without a proxy and without a credential.
    """

    def __init__(
        self,
        access: GcpAccess | None = None,
        environ: Mapping[str, str] | None = None,
        politeness: Politeness | None = None,
        is_confined: bool = False,
    ) -> None:
        self.access = access or GcpAccess()
        self.endpoint = (environ or {}).get(ENDPOINT_ENV, "").rstrip("/")
        self.is_confined = is_confined
        #: each service has a quota of its own
        self._politeness = {service: politeness or Politeness() for service in get_args(Service)}
        self._session: Any = None
        self._lock = threading.Lock()

    def get(self, service: Service, path: str, params: Mapping[str, Any], permission: str) -> dict[str, Any]:
        """The answer to one question, an object. ``permission``: what it takes, for whoever lacks it.

        Raises `LocationError` for what Google or the network refuses, `NotThisMachineError` in a demo's home.
        """
        base = self.endpoint or f"https://{service}.googleapis.com"
        if self.is_confined:
            check_this_machine(base)
        address = f"{service}.googleapis.com{path}"
        politeness = self._politeness[service]

        def ask() -> Any:
            from google.api_core.exceptions import from_http_response

            response = self._open_session().get(
                f"{base}{path}", params=dict(params), timeout=TIMEOUT, allow_redirects=False
            )
            if response.status_code != 200:
                raise from_http_response(response)
            try:
                return response.json()
            except ValueError:
                raise LocationError(f"the answer of {address} is no JSON", "invalid") from None

        with explaining(lambda error: _explain(error, address, permission), politeness.mark):
            answer = politeness.call(ask, judge)
        if not isinstance(answer, dict):
            raise LocationError(f"the answer of {address} is no object", "invalid")
        return answer

    def _open_session(self) -> Any:
        with self._lock:
            if self._session is None:
                import google.auth
                from google.auth.credentials import AnonymousCredentials
                from google.auth.transport.requests import AuthorizedSession

                if self.endpoint or self.is_confined:
                    credentials: Any = AnonymousCredentials()  # type: ignore[no-untyped-call]
                else:
                    credentials, _ = google.auth.default(scopes=SCOPES, quota_project_id=self.access.quota_project)
                self._session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
                if self.access.quota_project:
                    self._session.headers["x-goog-user-project"] = self.access.quota_project
                self._session.trust_env = not self.is_confined
            return self._session


def judge(outcome: Any) -> Refusal | None:
    """The refusal in an error that may be gone when it is asked again; an answer is none."""
    import requests
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import TransportError

    from clouds.google.retry import read_google_wait

    if isinstance(outcome, GoogleAPICallError):
        if int(outcome.code or 0) in AGAIN_STATUSES or _THROTTLED & _reasons(outcome):
            return Refusal(read_google_wait(outcome))
        return None
    broken = requests.ConnectionError | requests.Timeout | requests.exceptions.ChunkedEncodingError | TransportError
    return Refusal() if isinstance(outcome, broken) else None


def _reasons(error: Any) -> set[str]:
    """Reasons in an error of Google's, the older and the newer way."""
    parts = [*(error.errors or ()), *(error.details or ())]
    return {str(part["reason"]) for part in parts if isinstance(part, dict) and part.get("reason")}


def _explain(error: Exception, address: str, permission: str) -> LocationError | None:
    import requests
    from google.api_core.exceptions import GoogleAPICallError

    if isinstance(error, GoogleAPICallError):
        if _DISABLED & _reasons(error):
            service = address.partition("/")[0]
            return LocationError(
                f"{service} is not enabled in the project of {address}, or in the one whose quota it counts against",
                "no_permission",
            )
        if _THROTTLED & _reasons(error):
            return LocationError(f"Google throttles requests for {address}: try again later", "throttled")
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return LocationError(f"the answer of {address} broke off", "unreachable")
    return explain_error(error, address, permission)
