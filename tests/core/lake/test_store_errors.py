"""What a store's client raises: each kind says what to do next, and none says too much."""

from __future__ import annotations

import errno

import aiohttp
import azure.core.exceptions as azure
import google.auth.exceptions as google
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from gcsfs.retry import HttpError
from s3fs.errors import translate_boto_error

from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup, RetryLater
from airflow_provider_drivedelta.core.lake.store_errors import store_explained

SECRET = "sig=s3cret"


def s3(code: str, status: int) -> Exception:
    answer = {"Error": {"Code": code, "Message": SECRET}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error = translate_boto_error(ClientError(answer, "PutObject"))
    assert isinstance(error, Exception)
    return error


def of_azure(status: int, code: str) -> azure.HttpResponseError:
    error = azure.HttpResponseError(SECRET)
    error.status_code, error.error_code = status, code  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (s3("AccessDenied", 403), FixSetup, r"refuses access \(AccessDenied\).*credentials"),
        (s3("InvalidAccessKeyId", 403), FixSetup, "refuses access"),
        (s3("ExpiredToken", 400), FixSetup, "refuses access"),
        (s3("NoSuchBucket", 404), FixSetup, "does not have it"),
        (s3("InvalidRequest", 400), FixSetup, "refuses the request"),
        (s3("NotImplemented", 501), FixSetup, "refuses the request"),
        (s3("SlowDown", 503), RetryLater, r"does not answer as it should \(SlowDown\)"),
        (s3("InternalError", 500), RetryLater, "does not answer"),
        (s3("RequestTimeout", 400), RetryLater, "does not answer"),
        (s3("ConditionalRequestConflict", 409), RetryLater, "does not answer"),
        (NoCredentialsError(), FixSetup, "refuses access"),
        (EndpointConnectionError(endpoint_url=f"https://host?{SECRET}"), RetryLater, "does not answer"),
        (of_azure(403, "AuthorizationFailure"), FixSetup, r"refuses access \(AuthorizationFailure\)"),
        (of_azure(404, "ContainerNotFound"), FixSetup, r"does not have it \(ContainerNotFound\)"),
        (of_azure(503, "ServerBusy"), RetryLater, "ServerBusy"),
        (of_azure(409, "PendingCopyOperation"), RetryLater, "PendingCopyOperation"),
        (azure.ClientAuthenticationError(SECRET), FixSetup, "refuses access"),
        (azure.ServiceRequestError(SECRET), RetryLater, "does not answer"),
        (azure.ServiceResponseError(SECRET), RetryLater, "does not answer"),
        (HttpError({"code": 429, "message": SECRET}), RetryLater, r"HttpError, status 429"),
        (HttpError({"code": 401, "message": SECRET}), FixSetup, "refuses access"),
        (HttpError({"code": 400, "message": SECRET}), FixSetup, "refuses the request"),
        (OSError(f"Forbidden: https://host\n{SECRET}"), FixSetup, "refuses access"),
        (ValueError(f"Bad Request: {SECRET}"), FixSetup, "refuses the request"),
        (google.DefaultCredentialsError(SECRET), FixSetup, "refuses access"),
        (google.TransportError(SECRET), RetryLater, "does not answer"),
        (aiohttp.ServerDisconnectedError(), RetryLater, "does not answer"),
        (aiohttp.ClientOSError(errno.ECONNRESET, SECRET), RetryLater, "does not answer"),
        (TimeoutError(), RetryLater, "does not answer"),
        (ConnectionResetError(), RetryLater, "does not answer"),
        (OSError(errno.ENOSPC, "No space left on device"), FixSetup, "no room left on this machine"),
        (FileNotFoundError(SECRET), FixSetup, "does not have it"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_each_error_says_where_and_what_to_do(error: Exception, kind: type[DriveDeltaError], says: str) -> None:
    with pytest.raises(kind, match=says) as caught, store_explained("s3://lake/x"):
        raise error
    assert "s3://lake/x" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_our_own_errors_pass_as_they_are() -> None:
    with pytest.raises(RetryLater, match=r"^mine"), store_explained("s3://lake"):
        raise RetryLater("mine")


def test_a_mistake_of_ours_is_not_blamed_on_the_store() -> None:
    with pytest.raises(TypeError), store_explained("s3://lake"):
        raise TypeError
