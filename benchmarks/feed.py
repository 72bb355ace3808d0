"""A generated drive as a Graph delta feed: any number of items, made page by page, the same each time."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

DRIVE_ID = "b!benchmark" + "A" * 55
FILES_A_FOLDER = 40
ADA, BOB = "3dd84d0d-d471-48df-9bd8-ac043fed31f0", "48b4d21b-9a35-41f8-8b69-96d5b1a3a1f3"
PAGE = 200


def item(number: int) -> dict[str, object]:
    """The n-th item, with what a business drive says of one; every 41st is a folder for the files after it."""
    folder, place = divmod(number, FILES_A_FOLDER + 1)
    parent = _item_id(folder // 20 * (FILES_A_FOLDER + 1)) if folder >= 20 and place == 0 else "root"
    common = {
        "@odata.type": "#microsoft.graph.driveItem",
        "createdDateTime": f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}T08:{number % 60:02d}:00Z",
        "eTag": f'"{{{_digest(number)[:32].upper()}}},1"',
        "id": _item_id(number),
        "lastModifiedDateTime": f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}T09:{number % 60:02d}:30Z",
        "webUrl": f"https://contoso.sharepoint.com/sites/benchmark/Shared%20Documents/{number}",
        "size": number * 37 % 5_000_000,
        "createdBy": {"user": {"email": "ada@contoso.com", "id": ADA, "displayName": "Ada"}},
        "lastModifiedBy": {"user": {"email": "bob@contoso.com", "id": BOB, "displayName": "Bob"}},
        "fileSystemInfo": {"createdDateTime": "2026-01-01T08:00:00Z", "lastModifiedDateTime": "2026-01-01T09:00:00Z"},
    }
    reference = {"driveId": DRIVE_ID, "driveType": "documentLibrary", "siteId": "48b4d21b-9a35-41f8-8b69-96d5b1a3a1f3"}
    if place == 0:
        own = {"name": f"Folder {folder}", "folder": {"childCount": FILES_A_FOLDER}}
        return common | own | {"parentReference": reference | {"id": parent}}
    mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    quick_xor = base64.b64encode(bytes.fromhex(_digest(number)[:40])).decode()
    return common | {
        "name": f"Report {number}.docx",
        "cTag": f'"c:{{{_digest(number)[:32].upper()}}},1"',
        "file": {"mimeType": mime, "hashes": {"quickXorHash": quick_xor}},
        "parentReference": reference | {"id": _item_id(number - place)},
        "@microsoft.graph.downloadUrl": f"https://contoso.sharepoint.com/download?tempauth={_digest(number)}",
    }


def page(host: str, items: int, start: int) -> bytes:
    """One answer: up to 200 items from `start`, and the link that follows."""
    end = min(start + PAGE, items)
    link = f"{host}/v1.0/drives/{DRIVE_ID}/root/delta?token="
    more = {"@odata.nextLink": f"{link}{end}"} if end < items else {"@odata.deltaLink": f"{link}done"}
    value = [item(number) for number in range(start, end)]
    context = f"{host}/v1.0/$metadata#Collection(driveItem)"
    return json.dumps({"@odata.context": context, **more, "value": value}).encode()


def increment(host: str, items: int, changes: int = 100) -> bytes:
    """What happened after the first read: some files, far apart, have another content."""
    step = max(items // changes, 1)
    changed = [item(number) for number in range(1, items, step) if number % (FILES_A_FOLDER + 1)][:changes]
    for number, one in enumerate(changed):
        one |= {"size": number, "cTag": '"c:{changed},2"', "eTag": f'"{{changed}},{number}"'}
    link = f"{host}/v1.0/drives/{DRIVE_ID}/root/delta?token=later"
    return json.dumps({"@odata.deltaLink": link, "value": changed}).encode()


def _item_id(number: int) -> str:
    return "01" + base64.b32encode(hashlib.blake2b(str(number).encode(), digest_size=20).digest()).decode()


def _digest(number: int) -> str:
    return hashlib.blake2b(number.to_bytes(8, "big"), digest_size=32).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    items = 0

    def do_GET(self) -> None:
        token = parse_qs(urlsplit(self.path).query).get("token", ["0"])[0]
        host = f"http://{self.headers['Host']}"
        body = page(host, self.items, int(token)) if token.isdigit() else increment(host, self.items)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def serve(items: int) -> None:
    """Serve a feed of so many items on a free loopback port; says which on stdout."""
    _Handler.items = items
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(f"ready http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
