"""Answers in SharePoint's manner: three sorts of JSON, and errors in whatever was asked for."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from airflow_provider_drivedelta.emulator.items import Json
from airflow_provider_drivedelta.emulator.sharepoint.failures import SharePointError
from airflow_provider_drivedelta.emulator.sharepoint.list_schema import SERVER_VERSION
from airflow_provider_drivedelta.emulator.sharepoint.xml_text import escaped

_XML = "application/xml;charset=utf-8"


class Replies:
    """Builds the answers to one request."""

    def __init__(self, request: Request, now: datetime) -> None:
        self._accept = request.headers.get("accept", "").replace(" ", "").casefold()
        self._now = now

    @property
    def verbose(self) -> bool:
        return "odata=verbose" in self._accept

    def entity(self, kind: str, url: str, body: Mapping[str, Json]) -> Response:
        """``kind`` is the type of the resource, ``url`` its address."""
        self._expect_json()
        return self._json(self._wrapped(self._typed(kind, url, body)))

    def collection(self, kind: str, items: Sequence[tuple[str, Mapping[str, Json]]], next_url: str = "") -> Response:
        """Of addresses and bodies."""
        self._expect_json()
        bodies = [self._typed(kind, url, body) for url, body in items]
        if self.verbose:
            page: dict[str, Json] = {"results": bodies}
            return self._json({"d": page | ({"__next": next_url} if next_url else {})})
        return self._json({"value": bodies, **({"odata.nextLink": next_url} if next_url else {})})

    def called(self, method: str, body: Mapping[str, Json]) -> Response:
        """What a method gives back; verbose JSON wraps it in the method's name."""
        return self._json({"d": {method: body}} if self.verbose else body)

    def xml(self, body: bytes) -> Response:
        return Response(body, headers={**self._headers(), "Content-Type": _XML})

    def error(self, error: SharePointError) -> Response:
        if "json" not in self._accept:
            return Response(_error_xml(error), error.status, {**self._headers(), "Content-Type": _XML, **error.headers})
        message: Json = {"lang": "en-US", "value": error.message}
        name = "error" if self.verbose else "odata.error"
        return self._json({name: {"code": error.code, "message": message}}, error.status, error.headers)

    def unauthorized(self, message: str, headers: Mapping[str, str]) -> Response:
        return self._json({"error_description": message}, 401, headers)

    def _typed(self, kind: str, url: str, body: Mapping[str, Json]) -> Mapping[str, Json]:
        if self.verbose:
            return {"__metadata": {"id": url, "uri": url, "type": kind}, **body}
        if "odata=nometadata" in self._accept:
            return body
        return {"odata.type": kind, "odata.id": url, "odata.editLink": url.partition("/_api/")[2], **body}

    def _wrapped(self, body: Mapping[str, Json]) -> Mapping[str, Json]:
        return {"d": body} if self.verbose else body

    def _expect_json(self) -> None:
        if "json" not in self._accept:
            message = "The emulator writes resources as JSON only: send Accept: application/json."
            raise SharePointError(406, "-1, Microsoft.SharePoint.Client.ClientServiceException", message)

    def _json(self, body: Mapping[str, Json], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        metadata = (
            "verbose" if self.verbose else "nometadata" if "odata=nometadata" in self._accept else "minimalmetadata"
        )
        content_type = f"application/json;odata={metadata};streaming=true;charset=utf-8"
        payload = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return Response(payload, status, {**self._headers(), "Content-Type": content_type, **(headers or {})})

    def _headers(self) -> dict[str, str]:
        return {
            "Cache-Control": "private, max-age=0",
            "SPRequestGuid": str(uuid.uuid4()),
            "MicrosoftSharePointTeamServices": SERVER_VERSION.replace("16.0", "16.0.0", 1),
            "Date": format_datetime(self._now, usegmt=True),
        }


def _error_xml(error: SharePointError) -> bytes:
    text = (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">'
        f"<m:code>{escaped(error.code)}</m:code>"
        f'<m:message xml:lang="en-US">{escaped(error.message)}</m:message></m:error>'
    )
    return text.encode("utf-8")
