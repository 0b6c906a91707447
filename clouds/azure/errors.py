"""What went wrong at Azure Storage, as one sentence: built from error codes only, as messages may quote signatures."""

import re
from typing import Any

from core.errors import LocationError, Reason

#: Error code of Azure Storage -> reason and what to say.
CODES: dict[str, tuple[Reason, str]] = {
    "ContainerNotFound": ("not_found", "the container '{container}' does not exist in the storage account {account}"),
    "BlobNotFound": ("not_found", "{address} does not exist (any more)"),
    "ResourceNotFound": ("not_found", "{address} does not exist (any more)"),
    "ConditionNotMet": ("not_found", "{address} was replaced or removed while it was read: read the location again"),
    "AuthorizationPermissionMismatch": (
        "no_permission",
        "the credential in use may not read {address}: it needs the role Storage Blob Data Reader",
    ),
    "AuthorizationFailure": ("no_permission", "the firewall or the rules of {account} refuse to let {address} be read"),
    "AuthenticationFailed": ("no_permission", "{account} does not accept the key or signature in use"),
    "InvalidAuthenticationInfo": ("expired_credential", "{account} does not accept the token in use: sign in again"),
    "NoAuthenticationInformation": ("no_credential", "{account} wants a credential to read {address}"),
    "PublicAccessNotPermitted": ("no_credential", "{account} wants a credential to read {address}"),
    "AccountIsDisabled": ("no_permission", "the storage account {account} is disabled"),
    "KeyBasedAuthenticationNotPermitted": (
        "no_permission",
        "{account} does not allow keys: unset AZURE_STORAGE_CONNECTION_STRING and sign in",
    ),
    "ServerBusy": ("throttled", "{account} asks to slow down: try again later"),
    "TooManyRequests": ("throttled", "{account} asks to slow down: try again later"),
    "OperationTimedOut": ("unreachable", "{account} did not answer in time"),
    "InternalError": ("unreachable", "{account} failed on {address}: try again later"),
    "BlobArchived": ("invalid", "{address} is archived: rehydrate it first"),
    "BlobBeingRehydrated": ("invalid", "{address} is being rehydrated: try again when it is there"),
    "InvalidResourceName": ("invalid", "'{container}' is not a valid container name"),
}
_STATUS: dict[int, tuple[Reason, str]] = {
    401: CODES["InvalidAuthenticationInfo"],
    403: CODES["AuthorizationPermissionMismatch"],
    404: CODES["BlobNotFound"],
    412: CODES["ConditionNotMet"],
    429: CODES["ServerBusy"],
    500: CODES["InternalError"],
    503: CODES["ServerBusy"],
}
#: Sign-in errors that mean: it worked once and ran out (refresh token, client secret, session, certificate).
_EXPIRED = re.compile(r"AADSTS(50173|700082|70043|700081|7000222|50078|50133|700027|50089)")


def explain_error(error: Exception, address: str, account: str, container: str) -> LocationError | None:
    """The `LocationError` for an exception of the Azure clients; None for what is not one."""
    from azure.core import exceptions as azure

    if isinstance(error, azure.HttpResponseError):
        return _explain_response(error, address, account, container)
    if isinstance(error, azure.ServiceRequestError | azure.ServiceResponseError):
        return LocationError(
            f"the storage account {account} cannot be reached: check its name and the network ({type(error).__name__})",
            "unreachable",
        )
    if isinstance(error, azure.AzureError):
        return LocationError(f"{address} cannot be read ({type(error).__name__})", "invalid")
    if isinstance(error, ValueError):
        return LocationError("AZURE_STORAGE_CONNECTION_STRING is not a connection string", "invalid")
    return None


def _explain_response(error: Any, address: str, account: str, container: str) -> LocationError:
    from azure.core.exceptions import ClientAuthenticationError

    code = getattr(error, "error_code", None) or ""
    code = str(getattr(code, "value", code))
    if isinstance(error, ClientAuthenticationError) and not code:
        return explain_sign_in(error, address)
    status = int(error.status_code or 0)
    reason, sentence = CODES.get(code) or _STATUS.get(status) or ("invalid", "Azure refuses to read {address}")
    text = sentence.format(address=address, account=account, container=container)
    return LocationError(f"{text} (Azure: {code or status})", reason)


def explain_sign_in(error: Exception, address: str) -> LocationError:
    """Why there is no token or signature; nothing was requested of the storage account yet."""
    if _EXPIRED.search(str(error)):
        return LocationError("the Azure sign-in has expired: sign in again", "expired_credential")
    if type(error).__name__ == "AzureSigningError":
        return LocationError("the key in AZURE_STORAGE_CONNECTION_STRING is malformed", "invalid")
    if "AADSTS" in str(error):
        return LocationError(f"Azure refuses the sign-in that is configured to read {address}", "no_credential")
    return LocationError(
        f"no Azure credential was found to read {address}: run 'az login', set AZURE_CLIENT_ID and its secret, or "
        "attach a managed identity",
        "no_credential",
    )
