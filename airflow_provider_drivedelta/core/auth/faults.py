"""What MSAL and the network raise while signing in, in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests

from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup, RetryLater


@contextmanager
def in_our_words(address: str) -> Iterator[None]:
    """For the length of a talk with MSAL.

    :raises FixSetup: the address is no tenant's, or its certificate is not trusted.
    :raises RetryLater: nobody answers there.
    """
    try:
        yield
    except DriveDeltaError:
        raise
    except requests.exceptions.RequestException as error:
        raise _of_the_network(error, address) from None
    except (ValueError, TypeError, KeyError, AttributeError):  # what MSAL makes of an answer it does not expect
        then = "Check the tenant id and the sign-in address."
        raise FixSetup("The sign-in address is no tenant's", where=address, then=then) from None


def _of_the_network(error: requests.exceptions.RequestException, address: str) -> DriveDeltaError:
    if isinstance(error, requests.exceptions.ProxyError):
        then = "Check the proxies of the connection, or of the environment."
        return RetryLater("The proxy to the sign-in host could not be used", where=address, then=then)
    if isinstance(error, requests.exceptions.SSLError):
        then = "If your network uses a CA of its own, name its file in the connection (ca_file)."
        return FixSetup("The sign-in host's TLS certificate is not trusted", where=address, then=then)
    if isinstance(error, ValueError):  # InvalidURL, InvalidProxyURL, MissingSchema and their like
        then = "Check the sign-in address and the proxies."
        return FixSetup("The sign-in host cannot be called so", where=address, then=then)
    then = "Check the sign-in address, the proxies and the network. Nothing is lost."
    what = f"The sign-in host could not be reached ({type(error).__name__})"
    return RetryLater(what, where=address, then=then)
