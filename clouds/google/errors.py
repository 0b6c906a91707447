"""What went wrong at Google Cloud, as one sentence: built from statuses and reasons only, never from messages."""

from typing import Any

from core.errors import LocationError

_THROTTLED = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "jobRateLimitExceeded"})


def explain_error(error: Exception, address: str, permission: str) -> LocationError | None:
    """The `LocationError` for an exception of Google's clients; None for what is not one."""
    import requests
    from google.api_core import exceptions as api
    from google.auth import exceptions as auth
    from google.cloud.storage.exceptions import DataCorruption

    if isinstance(error, api.RetryError) and isinstance(error.cause, Exception):
        return explain_error(error.cause, address, permission)
    if isinstance(error, auth.DefaultCredentialsError):
        return LocationError(
            f"no Google credential was found to read {address}: run 'gcloud auth application-default login' or set "
            "GOOGLE_APPLICATION_CREDENTIALS",
            "no_credential",
        )
    if isinstance(error, auth.RefreshError):
        return LocationError(
            "the Google credential in use has expired or was revoked: sign in again", "expired_credential"
        )
    if isinstance(error, DataCorruption):
        return LocationError(
            f"{address} did not arrive as it is stored (its checksum is another): try again", "unreachable"
        )
    if isinstance(error, api.GoogleAPICallError):
        return _explain_call(error, address, permission)
    if isinstance(error, auth.TransportError | requests.ConnectionError | requests.Timeout | api.RetryError):
        return LocationError(f"Google Cloud cannot be reached for {address} ({type(error).__name__})", "unreachable")
    if isinstance(error, auth.GoogleAuthError):
        return LocationError(f"the Google credential to read {address} cannot be loaded", "no_credential")
    return None


def _explain_call(error: Any, address: str, permission: str) -> LocationError:
    reasons = [str(item.get("reason", "")) for item in error.errors or [] if isinstance(item, dict)]
    status = int(error.code or 0)
    code = f"(Google: {reasons[0] if reasons else status})"
    if status == 404:
        return LocationError(f"{address} does not exist (any more) {code}", "not_found")
    if status == 412:
        return LocationError(
            f"{address} was replaced or removed while it was read: read the location again {code}", "not_found"
        )
    if status == 401:
        return LocationError(
            f"Google does not accept the credential in use: sign in again {code}", "expired_credential"
        )
    if status == 429 or _THROTTLED & set(reasons):
        return LocationError(f"Google throttles or limits requests for {address}: try again later {code}", "throttled")
    if status == 403:
        return LocationError(f"the credential in use lacks {permission} on {address} {code}", "no_permission")
    if status >= 500:
        return LocationError(f"Google Cloud failed on {address}: try again later {code}", "unreachable")
    return LocationError(f"Google Cloud refuses to read {address} {code}", "invalid")
