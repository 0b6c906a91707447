"""Azure Advisor: what it recommends for a subscription, page by page.

Numbers are read from the answer's text as decimals. API: Microsoft.Advisor/recommendations, version 2025-01-01
(azure-rest-api-specs, specification/advisor/resource-manager).
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from clouds.access import AzureAccess
from clouds.azure.errors import explain_sign_in
from clouds.politeness import Politeness
from core.errors import LocationError, Reason, explaining

API_VERSION = "2025-01-01"
#: No subscription has so many pages: a service that always names another one would be asked for ever.
MOST_PAGES = 1_000

_STATUS: dict[int, tuple[Reason, str]] = {
    401: ("expired_credential", "Azure does not accept the token in use for {scope}: sign in again"),
    403: ("no_permission", "the credential in use may not Microsoft.Advisor/recommendations/read on {scope}"),
    404: ("not_found", "{scope} does not exist, or the credential in use does not see it"),
    429: ("throttled", "Advisor throttles requests for {scope}: try again later"),
    503: ("throttled", "Advisor throttles requests for {scope}: try again later"),
}


class Advisor:
    """The Advisor service as one identity."""

    def __init__(
        self,
        access: AzureAccess | None = None,
        politeness: Politeness | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._access = access or AzureAccess()
        self._politeness = politeness or Politeness()
        self._environ = environ
        self._client: Any = None

    @property
    def client(self) -> Any:
        """A client of Azure's management service, made when it is first needed."""
        if self._client is None:
            from azure.core.pipeline.policies import BearerTokenCredentialPolicy, UserAgentPolicy
            from azure.mgmt.core import ARMPipelineClient

            from clouds.azure.access import PoliteRetry, open_credential

            url = self._access.management_url
            sign_in = BearerTokenCredentialPolicy(open_credential(self._access, self._environ), f"{url}/.default")
            # without a policy of redirects, whose requests would be signed too, wherever they go
            policies = [UserAgentPolicy(), PoliteRetry(self._politeness), sign_in]
            self._client = ARMPipelineClient(base_url=url, policies=policies)
        return self._client

    def list_recommendations(self, subscription: str, category: str) -> Iterator[dict[str, Any]]:
        """The recommendations of a category (``Cost``) for a subscription, as Advisor last worked them out."""
        scope = f"subscriptions/{subscription}"
        url = (
            f"/{scope}/providers/Microsoft.Advisor/recommendations"
            f"?api-version={API_VERSION}&$filter=Category%20eq%20'{category}'"
        )
        for _ in range(MOST_PAGES):
            page = self._read(url, scope)
            yield from page["value"]
            if not (url := page.get("nextLink") or ""):
                return
            # the token goes nowhere else, whatever an answer says
            if not isinstance(url, str) or not url.startswith(f"{self._access.management_url}/"):
                raise LocationError(f"Advisor's answer for {scope} names another host for its next page", "invalid")
        raise LocationError(f"Advisor's answer for {scope} has more than {MOST_PAGES:,} pages", "invalid")

    def _read(self, url: str, scope: str) -> dict[str, Any]:
        """One page; `LocationError` for an answer that is none."""
        from azure.core.rest import HttpRequest

        with self._explained(scope):
            response = self.client.send_request(HttpRequest("GET", self.client.format_url(url)))
            response.raise_for_status()
            # what sends elsewhere is not the service, whatever it says beside that
            text = response.text() if response.status_code == 200 else ""
        try:
            page = json.loads(text, parse_float=Decimal, parse_int=Decimal)
        except (ValueError, RecursionError):
            page = None
        if not isinstance(page, dict) or not isinstance(page.get("value"), list):
            raise LocationError(f"Advisor's answer for {scope} is cut off or no list of recommendations", "invalid")
        return page

    def _explained(self, scope: str) -> AbstractContextManager[None]:
        return explaining(lambda error: explain_error(error, scope), self._politeness.mark)


def explain_error(error: Exception, scope: str) -> LocationError | None:
    """The `LocationError` for an exception of the client; None for what is not one."""
    from azure.core import exceptions as azure

    if isinstance(error, azure.HttpResponseError) and error.status_code:
        status = int(error.status_code)
        default: tuple[Reason, str] = (
            ("unreachable", "Advisor failed on {scope}: try again later")
            if status >= 500
            else ("invalid", "Advisor refuses to read {scope}")
        )
        reason, sentence = _STATUS.get(status, default)
        return LocationError(f"{sentence.format(scope=scope)} (Azure: {status})", reason)
    if isinstance(error, azure.ClientAuthenticationError):
        return explain_sign_in(error, scope)
    if isinstance(error, azure.ServiceRequestError | azure.ServiceResponseError | azure.HttpResponseError):
        return LocationError(f"Advisor cannot be reached for {scope} ({type(error).__name__})", "unreachable")
    if isinstance(error, azure.AzureError):
        return LocationError(f"{scope} cannot be read ({type(error).__name__})", "invalid")
    return None
