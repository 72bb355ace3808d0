"""Answers in Graph's manner: its headers, its JSON, its errors."""

import gzip
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from airflow_provider_drivedelta.emulator.items import Json

JSON_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
_DIAGNOSTIC = (
    '{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"000","RoleInstance":"DRIVEDELTA"}}'
)
_WORTH_ZIPPING = 500


class ServiceError(Exception):
    """Ends a request with a status and Graph's error object."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        inner_code: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.inner_code, self.headers = inner_code, dict(headers or {})


class Answers:
    """Builds the answers to one request."""

    def __init__(self, request: Request, now: datetime) -> None:
        self._request, self._now = request, now
        self._request_id = str(uuid.uuid4())
        self._client_id = request.headers.get("client-request-id", self._request_id)

    def json(self, body: Mapping[str, Json], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        payload = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        all_headers = {**self.headers(), "OData-Version": "4.0", "Content-Type": JSON_TYPE, **(headers or {})}
        if len(payload) > _WORTH_ZIPPING and "gzip" in self._request.headers.get("accept-encoding", ""):
            all_headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            payload = gzip.compress(payload, compresslevel=1)
        return Response(payload, status, headers=all_headers)

    def error(self, error: ServiceError) -> Response:
        inner: dict[str, Json] = {"code": error.inner_code} if error.inner_code else {}
        inner |= {
            "date": self._now.strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": self._request_id,
            "client-request-id": self._client_id,
        }
        body: Json = {"code": error.code, "message": error.message, "innerError": inner}
        return self.json({"error": body}, error.status, {"Content-Type": "application/json", **error.headers})

    def redirect(self, location: str) -> Response:
        return Response(b"", 302, headers={**self.headers(), "Location": location})

    def headers(self) -> dict[str, str]:
        return {
            "Cache-Control": "private",
            "request-id": self._request_id,
            "client-request-id": self._client_id,
            "x-ms-ags-diagnostic": _DIAGNOSTIC,
            "Strict-Transport-Security": "max-age=31536000",
            "Date": format_datetime(self._now, usegmt=True),
        }


def origin(request: Request) -> str:
    """Scheme, host and port as the client spelled them: the links it gets lead back the way it came."""
    return f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"
