"""Pre-authenticated download URLs: they need no bearer, last for an hour, and honour Range."""

import asyncio
import hashlib
import hmac
import re
import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from airflow_provider_drivedelta.emulator.content import CHUNK, Content
from airflow_provider_drivedelta.emulator.drive import NoSuchItem
from airflow_provider_drivedelta.emulator.tenant import NoSuchDrive, Tenant

ROUTE = "/_download/{drive}/{item}"
_HOUR = 3600
# Files never come from the host that was asked, but from where they lie.
_STORES = {
    "https://graph.microsoft.com": "https://contoso-my.sharepoint.com",
    "https://api.onedrive.com": "https://my.microsoftpersonalcontent.com",
}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Unsatisfiable(ValueError):
    """A range that begins behind the end."""


class Downloads:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._secret = secrets.token_bytes(32)

    def url(self, origin: str, drive_id: str, item_id: str) -> str:
        # Expiry on the full hour: whoever asks twice gets the same URL twice, most of the time.
        expires = (_seconds(self._tenant.clock.now()) // _HOUR + 2) * _HOUR
        signature = self._signature(drive_id, item_id, expires)
        path = f"/_download/{quote(drive_id, safe='!')}/{quote(item_id, safe='!')}"
        return f"{_STORES.get(origin, origin)}{path}?tempauth={expires}.{signature}"

    async def answer(self, request: Request) -> Response:
        drive_id, item_id = request.path_params["drive"], request.path_params["item"]
        if not self._allowed(drive_id, item_id, request.query_params.get("tempauth", "")):
            return Response("the download link has expired", 401)
        try:
            item = self._tenant.drive(drive_id).drive.item(item_id)
        except (NoSuchDrive, NoSuchItem):
            return Response("no such file", 404)
        if item.content is None:
            return Response("a folder", 400)
        return _content_answer(item.content, request, f'"{item.id},{item.tags.content}"')

    def _allowed(self, drive_id: str, item_id: str, ticket: str) -> bool:
        expires, _, signature = ticket.partition(".")
        if not expires.isdigit() or int(expires) < _seconds(self._tenant.clock.now()):
            return False
        return hmac.compare_digest(signature, self._signature(drive_id, item_id, int(expires)))

    def _signature(self, drive_id: str, item_id: str, expires: int) -> str:
        message = f"{drive_id}/{item_id}/{expires}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()


def _content_answer(content: Content, request: Request, etag: str) -> Response:
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Content-Type": "application/octet-stream"}
    asked = request.headers.get("range", "")
    try:
        start, stop = span(asked, content.size)
    except Unsatisfiable:
        return Response(b"", 416, headers={**headers, "Content-Range": f"bytes */{content.size}"})
    headers["Content-Length"] = str(stop - start)
    if not asked:
        return StreamingResponse(_chunks(content, start, stop), headers=headers)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{content.size}"
    return StreamingResponse(_chunks(content, start, stop), 206, headers=headers)


def span(asked: str, size: int) -> tuple[int, int]:
    """First byte and the one after the last, of a ``Range`` header; no header means everything."""
    if not asked:
        return 0, size
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not any(found.groups()):
        raise Unsatisfiable(asked)
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    start, stop = int(first), min(int(last) + 1 if last else size, size)
    if start >= stop:
        raise Unsatisfiable(asked)
    return start, stop


async def _chunks(content: Content, start: int, stop: int) -> AsyncIterator[bytes]:
    while start < stop:
        chunk = await asyncio.to_thread(content.read, start, min(CHUNK, stop - start))
        if not chunk:
            raise OSError("the file became shorter while it was being sent")
        yield chunk
        start += len(chunk)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
