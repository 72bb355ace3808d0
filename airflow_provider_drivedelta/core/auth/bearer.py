"""A bearer token that somebody else got: signs requests as it is, and cannot be renewed."""

from __future__ import annotations

import requests
from requests.auth import AuthBase


class BearerToken(AuthBase):
    """A ready bearer token, as `az account get-access-token` gives one; it cannot be renewed."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request
