"""Azure Cost Management: which exports a scope has, how one is started, and its cost query.

Numbers are read from the answer's text as decimals: the library's own models would make floats of them.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clouds.access import AzureAccess
from clouds.azure.errors import explain_sign_in
from clouds.politeness import Politeness
from core.errors import LocationError, Reason, explaining

API_VERSION = "2025-03-01"
_PROVIDER = "providers/Microsoft.CostManagement"

#: HTTP status of the management service -> reason and what to say.
_STATUS: dict[int, tuple[Reason, str]] = {
    401: ("expired_credential", "Azure does not accept the token in use for {scope}: sign in again"),
    403: ("no_permission", "the credential in use may not read costs of {scope}: it needs Cost Management Reader"),
    404: ("not_found", "{scope} does not exist, or the credential in use does not see it"),
    429: ("throttled", "Cost Management throttles requests for {scope}: try again later"),
    503: ("throttled", "Cost Management throttles requests for {scope}: try again later"),
}


@dataclass(frozen=True)
class AzureExport:
    """One Cost Management export: what it writes (ActualCost, AmortizedCost, FocusCost …) and where."""

    name: str
    kind: str
    location: str
    is_active: bool


class CostManagement:
    """The Cost Management service for one scope, such as ``subscriptions/<id>`` or a billing account."""

    def __init__(
        self,
        scope: str,
        access: AzureAccess | None = None,
        politeness: Politeness | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.scope = scope.strip("/")
        self._access = access or AzureAccess()
        self._politeness = politeness or Politeness()
        self._environ = environ
        self._client: Any = None

    @property
    def client(self) -> Any:
        """The client of azure-mgmt-costmanagement, made when it is first needed."""
        if self._client is None:
            from azure.mgmt.costmanagement import CostManagementClient

            from clouds.azure.access import PoliteRetry, open_credential

            url = self._access.management_url
            self._client = CostManagementClient(
                open_credential(self._access, self._environ),
                base_url=url,
                credential_scopes=[f"{url}/.default"],
                retry_policy=PoliteRetry(self._politeness),
            )
        return self._client

    def list_exports(self) -> list[AzureExport]:
        """The exports of the scope, ordered by name."""
        with self._explained():
            answer = self.client.exports.list(self.scope).as_dict()
        return sorted((_read_export(item) for item in answer.get("value", [])), key=lambda export: export.name)

    def run_export(self, name: str) -> None:
        """Start a run of an export now; its delivery is written within minutes to hours."""
        with self._explained():
            self.client.exports.execute(self.scope, name, {})

    def query(self, definition: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The rows of a cost query, column -> value, numbers as decimals; the next page is requested by POST again."""
        from azure.core.rest import HttpRequest

        url = f"/{self.scope}/{_PROVIDER}/query?api-version={API_VERSION}"
        while url:
            with self._explained():
                response = self.client.send_request(HttpRequest("POST", url, json=dict(definition)))
                response.raise_for_status()
            if response.status_code == 204:
                return
            answer = json.loads(response.text(), parse_float=Decimal, parse_int=Decimal)["properties"]
            names = [column["name"] for column in answer["columns"]]
            for row in answer["rows"]:
                yield dict(zip(names, row, strict=True))
            url = answer.get("nextLink") or ""

    def _explained(self) -> AbstractContextManager[None]:
        return explaining(lambda error: explain_error(error, self.scope), self._politeness.mark)


def explain_error(error: Exception, scope: str) -> LocationError | None:
    """The `LocationError` for an exception of the management client; None for what is not one."""
    from azure.core import exceptions as azure

    if isinstance(error, azure.HttpResponseError) and error.status_code:
        status = int(error.status_code)
        code = str(getattr(error.error, "code", None) or status)
        default: tuple[Reason, str] = (
            ("unreachable", "Cost Management failed on {scope}: try again later")
            if status >= 500
            else ("invalid", "Cost Management refuses to read {scope}")
        )
        reason, sentence = _STATUS.get(status, default)
        return LocationError(f"{sentence.format(scope=scope)} (Azure: {code})", reason)
    if isinstance(error, azure.ClientAuthenticationError):
        return explain_sign_in(error, scope)
    if isinstance(error, azure.ServiceRequestError | azure.ServiceResponseError):
        return LocationError(f"Cost Management cannot be reached for {scope} ({type(error).__name__})", "unreachable")
    if isinstance(error, azure.AzureError):
        return LocationError(f"{scope} cannot be read ({type(error).__name__})", "invalid")
    return None


def _read_export(item: Mapping[str, Any]) -> AzureExport:
    properties = item.get("properties", {})
    place = properties.get("deliveryInfo", {}).get("destination", {})
    account = str(place.get("resourceId") or place.get("storageAccount") or "").rsplit("/", 1)[-1]
    folder = str(place.get("rootFolderPath") or "").strip("/")
    name = str(item["name"])
    return AzureExport(
        name=name,
        kind=str(properties.get("definition", {}).get("type", "")),
        location="/".join(part for part in (f"az://{account}", place.get("container", ""), folder, name) if part),
        is_active=properties.get("schedule", {}).get("status", "Active") == "Active",
    )
