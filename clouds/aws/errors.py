"""What went wrong at S3 or another service of AWS, as one sentence.

Built from error codes only, because messages may quote credentials.
"""

from core.errors import LocationError, Reason

#: Error code of S3 or STS -> reason and what to say; {address}, {bucket} and {permission} are filled in.
CODES: dict[str, tuple[Reason, str]] = {
    "NoSuchBucket": ("not_found", "the bucket '{bucket}' does not exist"),
    "NoSuchKey": ("not_found", "{address} does not exist (any more)"),
    "404": ("not_found", "{address} does not exist (any more)"),
    "PreconditionFailed": ("not_found", "{address} was replaced or removed while it was read: read the location again"),
    "412": ("not_found", "{address} was replaced or removed while it was read: read the location again"),
    "AccessDenied": ("no_permission", "the credential in use may not {permission} on {address}"),
    "AllAccessDisabled": ("no_permission", "access to {address} is disabled"),
    "AccountProblem": ("no_permission", "AWS blocks the account of the credential in use"),
    "403": ("no_permission", "the credential in use may not {permission} on {address}"),
    "InvalidAccessKeyId": ("no_permission", "AWS does not know the access key in use"),
    "InvalidToken": ("no_permission", "AWS does not accept the session token in use"),
    "SignatureDoesNotMatch": ("no_permission", "the secret in use does not belong to its access key"),
    "ExpiredToken": ("expired_credential", "the AWS credential in use has expired: sign in again"),
    "RequestTimeTooSkewed": ("invalid", "the clock of this machine is wrong, so AWS refuses its requests"),
    "SlowDown": ("throttled", "AWS asks to slow down for {address}: try again later"),
    "Throttling": ("throttled", "AWS throttles requests for {address}: try again later"),
    "RequestLimitExceeded": ("throttled", "AWS throttles requests for {address}: try again later"),
    "503": ("throttled", "AWS asks to slow down for {address}: try again later"),
    "InternalError": ("unreachable", "AWS failed on {address}: try again later"),
    "ServiceUnavailable": ("unreachable", "AWS is not available for {address}: try again later"),
    "500": ("unreachable", "AWS failed on {address}: try again later"),
    "PermanentRedirect": ("invalid", "the bucket '{bucket}' is in another region: set AWS_REGION to it"),
    "AuthorizationHeaderMalformed": ("invalid", "the bucket '{bucket}' is in another region: set AWS_REGION to it"),
    "InvalidBucketName": ("invalid", "'{bucket}' is not a valid bucket name"),
    "InvalidObjectState": ("invalid", "{address} is archived: restore it first"),
}
CODES["ExpiredTokenException"] = CODES["RequestExpired"] = CODES["TokenRefreshRequired"] = CODES["ExpiredToken"]
CODES["ThrottlingException"] = CODES["TooManyRequests"] = CODES["Throttling"]
CODES["InvalidClientTokenId"] = CODES["UnrecognizedClientException"] = CODES["InvalidAccessKeyId"]
CODES["AccessDeniedException"] = CODES["AccessDenied"]
CODES["ResourceNotFoundException"] = CODES["NoSuchKey"]
CODES["AWS.SimpleQueueService.NonExistentQueue"] = CODES["QueueDoesNotExist"] = CODES["NoSuchKey"]
CODES["429"] = CODES["Throttling"]


def explain_error(
    error: Exception, address: str, bucket: str, permission: str, service: str = "S3"
) -> LocationError | None:
    """The `LocationError` for an exception of boto3; None for what is not one, which is a bug and stays itself."""
    from boto3.exceptions import Boto3Error
    from botocore import exceptions as aws

    if isinstance(error, aws.ClientError):
        code = error.response.get("Error", {}).get("Code", "unknown")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        reason, sentence = (
            CODES.get(code) or CODES.get(str(status)) or ("invalid", f"{service} refuses to read {{address}}")
        )
        text = sentence.format(address=address, bucket=bucket, permission=permission)
        if error.operation_name == "AssumeRole" and reason == "no_permission":
            text = f"the credential in use may not assume the role that is configured to read {address}"
            return LocationError(f"{text} (STS: {code})", reason)
        return LocationError(f"{text} ({service}: {code})", reason)
    if isinstance(error, aws.NoCredentialsError):
        return LocationError(
            f"no AWS credential was found to read {address}: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or attach a role",
            "no_credential",
        )
    if isinstance(error, aws.TokenRetrievalError | aws.SSOError | aws.UnauthorizedSSOTokenError):
        return LocationError("the AWS single sign-on session has expired: run 'aws sso login'", "expired_credential")
    if isinstance(
        error, aws.PartialCredentialsError | aws.CredentialRetrievalError | aws.ProfileNotFound | aws.ConfigParseError
    ):
        return LocationError(
            f"the AWS credential to read {address} cannot be loaded ({type(error).__name__})", "no_credential"
        )
    if isinstance(error, aws.FlexibleChecksumError):
        return LocationError(
            f"{address} did not arrive as it is stored (its checksum is another): try again", "unreachable"
        )
    if isinstance(error, aws.HTTPClientError | aws.ConnectionError | aws.ReadTimeoutError | aws.ResponseStreamingError):
        return LocationError(f"{service} cannot be reached for {address} ({type(error).__name__})", "unreachable")
    if isinstance(error, aws.BotoCoreError | Boto3Error | ValueError):
        return LocationError(f"{address} cannot be read with boto3 ({type(error).__name__})", "invalid")
    return None
