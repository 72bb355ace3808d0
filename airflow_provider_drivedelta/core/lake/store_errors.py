"""What a store's client raises, as one of our errors: by status where there is one, else by kind."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup, RetryLater

_RIGHTS = "Check the store's credentials; they must be allowed to read, write, list and delete below the output."
_ABSENT = "Check the name of the bucket or container, and that nobody removes files below _drivedelta."
_REFUSED = "Check the address of the output and the settings of the store."

_TRANSIENT_STATUS = frozenset({408, 409, 425, 429})  # 409: two writers met, or a copy is not done
_NOT_IMPLEMENTED = 501  # the one 5xx that another try does not change
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_LASTING = frozenset({errno.EINVAL, errno.ENOSYS, errno.EPERM, errno.ENAMETOOLONG})  # s3fs gives 4xx these numbers

# The clients raise no common kind; these are where an error of one of them is defined.
_CLIENTS = frozenset(
    {"adlfs", "aiobotocore", "aiohttp", "asyncio", "azure", "boto3", "botocore", "fsspec", "gcsfs", "google"}
    | {"requests", "s3fs", "urllib3"}
)
_WHO_WE_ARE = ("Credential", "Authentication", "Profile", "SSO", "Unauthorized")  # in names of kinds


@contextlib.contextmanager
def store_explained(where: str) -> Iterator[None]:
    """A store's errors in our words. Their own texts are left out: nobody promises that they hold no secret."""
    try:
        yield
    except DriveDeltaError:
        raise
    except Exception as error:
        told = _explain(error, where)
        if told is None:
            raise
        raise told from error


def status_of(error: BaseException) -> int | None:
    """The HTTP status that the error, or the one it was made from, came with."""
    for cause in (error, error.__cause__):
        answer = getattr(cause, "response", None)
        if isinstance(answer, dict):  # botocore
            status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        else:  # azure; aiohttp; gcsfs and google
            named = (getattr(cause, name, None) for name in ("status_code", "status", "code"))
            status = next((value for value in named if isinstance(value, int)), None)
        if isinstance(status, int):
            return status
    return None


def is_refusal(error: BaseException) -> bool:
    """Whether the store knows us, but does not let us; gcsfs says so in the text alone."""
    said_forbidden = type(error) is OSError and str(error).startswith("Forbidden")
    return isinstance(error, PermissionError) or said_forbidden or status_of(error) in (401, 403)


def _explain(error: Exception, where: str) -> DriveDeltaError | None:
    reason = _reason(error)
    if isinstance(error, OSError) and error.errno in _FULL:
        then = "Free some space for temporary files; nothing is lost."
        return FixSetup(f"There is no room left on this machine{reason}", where=where, then=then)
    if is_refusal(error) or any(word in type(error).__name__ for word in _WHO_WE_ARE):
        return FixSetup(f"The store refuses access{reason}", where=where, then=_RIGHTS)
    if isinstance(error, FileNotFoundError) or status_of(error) == 404:
        return FixSetup(f"The store does not have it{reason}", where=where, then=_ABSENT)
    if _is_lasting(error):
        return FixSetup(f"The store refuses the request{reason}", where=where, then=_REFUSED)
    if isinstance(error, OSError | TimeoutError) or _is_clients(error):
        return RetryLater(f"The store does not answer as it should{reason}", where=where)
    return None  # a mistake of ours


def _is_lasting(error: Exception) -> bool:
    status = status_of(error)
    if isinstance(error, TimeoutError | ConnectionError):
        return False
    if status is not None:
        return (400 <= status < 500 and status not in _TRANSIENT_STATUS) or status == _NOT_IMPLEMENTED
    return isinstance(error, ValueError) or (isinstance(error, OSError) and error.errno in _LASTING)


def _is_clients(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in _CLIENTS


def _reason(error: Exception) -> str:
    """The code the service gave, or the kind of the error; never its text."""
    for cause in (error, error.__cause__):
        answer = getattr(cause, "response", None)
        code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else getattr(cause, "error_code", None)
        if code:
            return f" ({code})"
    status = status_of(error)
    return f" ({type(error).__name__}{f', status {status}' if status else ''})"
