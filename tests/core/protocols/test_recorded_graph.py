"""Drive answers of Graph, as they were published: the project's own of the same kinds, and a folder's where it is."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from airflow_provider_drivedelta.core.changes import Page
from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup, RetryLater, StartOver
from airflow_provider_drivedelta.core.lake.drive_items import read_item
from airflow_provider_drivedelta.core.protocols.change_log import issued_at
from airflow_provider_drivedelta.core.protocols.graph_drive import GraphDrive
from airflow_provider_drivedelta.core.protocols.graph_errors import explain
from airflow_provider_drivedelta.core.protocols.view_changes import ViewChanges
from airflow_provider_drivedelta.core.protocols.view_delta import ViewDelta
from airflow_provider_drivedelta.core.transport.policy import PASSING, THROTTLED, RetryPolicy
from tests.core.protocols.recorded import answered, head, recorded

FOLDER = recorded("graph")
DRIVE = "A29C86DED2D9BE1E"
GRAPH = GraphDrive(base_url="https://graph.microsoft.com/v1.0", drive_id=DRIVE)
ONEDRIVE = "https://api.onedrive.com/v1.0"
OK = b"HTTP/1.1 200 OK"

PAGE = b'{"value": [{"id": "1", "folder": {}}, {"id": "2", "deleted": {}}], "@odata.nextLink": "https://x/2"}'
LAST = b'{"value": [], "@odata.deltaLink": "https://x/3"}'
LINK = "https://graph.microsoft.com/v1.0/me/drive/"
# name -> its head and body; then ids alive, ids deleted, and where it leads to or ends.
PAGES = {
    "own_page.json": (OK, PAGE, ["1"], ["2"], "https://x/2", None),
    "own_last.json": (OK, LAST, [], [], None, "https://x/3"),
} | {
    name: (FOLDER[name.replace(".json", ".headers.txt")], FOLDER[name], *said)
    for name, said in {
        "msdoc_driveitem_delta_1.json": (
            *(["0123456789abc", "123010204abac"], ["2353010204ddgg"]),
            *(f"{LINK}delta(token=1230919asd190410jlka)", None),
        ),
        "msdoc_driveitem_delta_2.json": (
            *(["123010204abac"], ["0123456789abc"]),
            *(None, f"{LINK}root/delta?(token='1230919asd190410jlka')"),
        ),
        "msdoc_driveitem_delta_3.json": ([], [], None, f"{LINK}root/delta?token=1230919asd190410jlka"),
    }.items()
    if name in FOLDER
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_tells_what_lives_what_is_gone_and_where_it_leads(name: str) -> None:
    """A2, A5, C4: links and tokens stay as they are, whatever form they have."""
    head_text, body, alive, gone, onward, token = PAGES[name]
    page: Page = GRAPH.read(answered(head_text, body))
    rows = [read_item(item, DRIVE) for item in page.items]  # type: ignore[attr-defined]
    assert [row.columns["id"] for row in rows if not row.deleted] == alive
    assert [row.columns["id"] for row in rows if row.deleted] == gone
    assert (page.next.url if page.next else None, page.token) == (onward, token)


OWN_ITEM = {
    "id": "A29C86DED2D9BE1E!1",
    "name": "Ärger.docx",
    "size": 3,
    "cTag": '"c:{D2D9BE1E},2"',
    "parentReference": {"driveType": "personal", "driveId": DRIVE, "id": "A29C86DED2D9BE1E!s1", "path": "/drive/root:"},
    "lastModifiedDateTime": "2011-06-23T05:29:20Z",
    "file": {"mimeType": "text/plain", "hashes": {"quickXorHash": "aa==", "sha1Hash": "AB", "sha256Hash": "CD"}},
}
ITEMS = {
    "own_personal_item.json": {
        "name": "Ärger.docx",
        "size": 3,
        "parent_id": "A29C86DED2D9BE1E!s1",
        "ctag": '"c:{D2D9BE1E},2"',
        "quick_xor_hash": "aa==",
        "is_folder": False,
    },
    "code_68558515278_graph_personal_delta_item_2026.json": {
        "id": "A29C86DED2D9BE1E!167",
        "name": "Chris Ren's Resumé.docx",
        "size": 27452,
        "is_folder": False,
        "drive_id": DRIVE,
        "parent_id": "A29C86DED2D9BE1E!sea8cc6beffdb43d7976fbc7da445c639",
        "etag": '"{D2D9BE1E-86DE-209C-80A2-A70000000000},2"',
        "ctag": '"c:{D2D9BE1E-86DE-209C-80A2-A70000000000},2"',
        "modified_at": datetime(2011, 6, 23, 5, 29, 20, tzinfo=UTC),
        "mime_type": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "quick_xor_hash": "yAQCtG7vHPwzpm7cVDHxqC8W5ck=",
        "sha1_hash": "888339DA8B2A39B97C362757FE6455288E190E5C",
        "sha256_hash": "5BA23EDFDD48E0A3897C19B81869A62BAE5225ADD1153FDE1AE216844D1F5ED5",
    },
    "issue944_graph_root_item_business_2018.json": {
        "id": "01D6JQORV6Y2GOVW7725BZO354PWSELRRZ",
        "name": "root",
        "size": 28405,
        "is_folder": True,
        "child_count": 2,
        "parent_id": None,
        "created_at": datetime(2018, 4, 4, 3, 32, 4, tzinfo=UTC),
        "web_url": "https://mynasau-my.sharepoint.com/personal/alex_braunegg_mynasau_onmicrosoft_com/Documents",
    },
}
BODIES = {"own_personal_item.json": json.dumps(OWN_ITEM).encode(), **FOLDER}


@pytest.mark.parametrize("name", [name for name in ITEMS if name in BODIES])
def test_an_item_is_read_to_the_values_it_was_recorded_with(name: str) -> None:
    page = b'{"value": [%b], "@odata.deltaLink": "https://x"}' % BODIES[name]
    ok = FOLDER.get("issue944_graph_delta_200.headers.txt", OK)  # the head of such a page
    (item,) = GRAPH.read(answered(ok, page)).items  # type: ignore[attr-defined]
    row = read_item(item, DRIVE)
    assert {column: row.columns[column] for column in ITEMS[name]} == ITEMS[name]
    assert (row.deleted, row.root) == (False, "root" in name)


OWN_CUT = b'{"createdDateTime": "0001-01-01T00:00:00-08:00", "id": "1", "deleted": {   <-- cut'
CUTS = {"own_cut.json.txt": OWN_CUT} | {name: body for name, body in FOLDER.items() if "_CUT" in name}


@pytest.mark.parametrize("name", CUTS)
def test_a_cut_answer_is_asked_for_again_and_what_it_says_of_a_tombstone_is_read(name: str) -> None:
    """C5, F2: the dates of the year 1 are none."""
    with pytest.raises(RetryLater, match="not whole JSON"):
        GRAPH.read(answered(OK, CUTS[name]))
    whole = re.sub(rb'"deleted": \{.*', b'"deleted": {}}', CUTS[name], flags=re.DOTALL)
    row = read_item(json.loads(whole), "d")
    assert (row.deleted, row.columns["created_at"]) == (True, None)


RESYNC = b'{"error": {"code": "resyncRequired", "message": "Resync required. Replace any local items."}}'
BAD_QUERY = b'{"error": {"code": "-1, Microsoft.SharePoint.Client.InvalidClientQueryException", "message": "m"}}'
BAD_RANGE = b'{"error": {"code": "invalidRange", "innererror": {"code": "fragmentOverlap"}}}'
# name of the body -> status, body; the error and what it says.
ERRORS = {
    "own_resync.json": (b"HTTP/1.1 410 Gone", RESYNC, StartOver, "resyncRequired"),
    "own_bad_query.json": (b"HTTP/1.1 400 Bad Request", BAD_QUERY, FixSetup, "InvalidClientQueryException"),
    "own_range.json": (b"HTTP/1.1 416 Range", BAD_RANGE, FixSetup, "416 .fragmentOverlap"),
} | {
    name: (FOLDER.get(name.replace(".json", ".headers.txt"), b"HTTP/1.1 416 Range"), FOLDER[name], *said)
    for name, said in {
        "issue1356_410_resyncRequired_apply.json": (StartOver, "resyncRequired"),
        "issue944_graph_400_InvalidClientQueryException.json": (FixSetup, "400 .*InvalidClientQueryException"),
        "msdoc_errors_1.json": (FixSetup, "416 .fragmentOverlap"),
        "issue1476_viewdelta_404_itemNotFound.json": (FixSetup, "404 .itemNotFound"),
    }.items()
    if name in FOLDER
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_says_what_to_do(name: str) -> None:
    """B1, B2: the flavour of a resync stands in the message alone."""
    head_text, body, kind, says = ERRORS[name]
    with pytest.raises(kind, match=says) as refused:
        GRAPH.read(answered(head_text, body))
    assert isinstance(refused.value, DriveDeltaError)
    assert not isinstance(refused.value, StartOver) or refused.value.flavour == "apply"


LOCATED = (
    b"HTTP/1.1 410 Gone\nLocation: https://api.onedrive.com/v1.0/drives('me')/items('root%252Fa')/view.delta?token=a"
)
LOCATIONS = {"own_410.headers.txt": LOCATED} | {
    name: text for name, text in FOLDER.items() if name == "issue249_viewdelta_410_location.headers.txt"
}


@pytest.mark.parametrize("name", LOCATIONS)
def test_the_link_that_a_refusal_offers_is_kept_letter_by_letter(name: str) -> None:
    """B3: escaped twice, with quotes: so it is asked for."""
    protocol = ViewDelta(base_url=ONEDRIVE, drive_id="me")
    with pytest.raises(StartOver) as refused:
        protocol.read(answered(LOCATIONS[name]))
    location = refused.value.location or ""
    assert location.startswith(f"{ONEDRIVE}/drives('me')/items('root%252F")
    assert protocol.restart(location).url == location
    assert location in LOCATIONS[name].decode()


OWN_500 = b"500\nContent-Length: 100\nDate: Sat, 14 Nov 2015 08:37:41 GMT\n# cut"
BROKEN_LINKS = {"own_500.headers.txt": OWN_500} | {
    name: text for name, text in FOLDER.items() if name == "issue249_viewdelta_following_location_500.headers.txt"
}


@pytest.mark.parametrize("name", BROKEN_LINKS)
def test_the_offered_link_may_fail_like_anything_else(name: str) -> None:
    """odapi#249."""
    found = answered(BROKEN_LINKS[name])
    assert (found.status in PASSING, found.dated) == (True, datetime(2015, 11, 14, 8, 37, 41, tzinfo=UTC))
    assert isinstance(explain(found), RetryLater)


# Seconds to wait by the head alone; where it names none, the policy's own first wait.
WAITS = {
    "own_429_named.headers.txt": (b"HTTP/1.1 429\nRetry-After: 120", 120.0),
    "own_429_unnamed.headers.txt": (b"HTTP/1.1 429\nDate: Tue, 26 Jun 2018 09:37:28 GMT", 0.5),
    "own_429_limit.headers.txt": (b"HTTP/1.1 429\nRetry-After: 5\nRateLimit-Reset: 31", 31.0),
} | {
    name: (FOLDER[name], seconds)
    for name, seconds in {
        "issue744_graph_429_retry_after_120.headers.txt": 120.0,
        "issue880_graph_429_no_retry_after.headers.txt": 0.5,
        "spdocs_429_ratelimit.headers.txt": 31.0,
    }.items()
    if name in FOLDER
}


@pytest.mark.parametrize("name", WAITS)
def test_a_throttled_answer_is_waited_for_as_long_as_it_says(name: str) -> None:
    """F1."""
    text, seconds = WAITS[name]
    status, headers = head(text)
    assert status in THROTTLED
    assert RetryPolicy(jitter=lambda: 1.0).throttle_wait(headers, 1, datetime(2018, 1, 1, tzinfo=UTC)) == seconds
    body = FOLDER.get(name.replace(".headers.txt", ".json"), b'{"error": {"code": "activityLimitReached"}}')
    with pytest.raises(DriveDeltaError, match=r"429 \(activityLimitReached"):
        raise explain(answered(text, body))


OWN_CHANGE = b"""{"d": {"results": [{"ChangeToken": {"StringValue": "1;3;l;634955266749500000;5"}, "ChangeType": 1,
"ItemId": 1, "Time": "2013-02-03T22:17:54Z"}]}}"""
CHANGES = {"own_getchanges.json": OWN_CHANGE} | {
    name: body for name, body in FOLDER.items() if name == "msdoc_getchanges_verbose.json"
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_token_says_when_it_was_issued(name: str) -> None:
    (change,) = json.loads(CHANGES[name])["d"]["results"]
    issued = issued_at(change["ChangeToken"]["StringValue"])
    assert issued is not None
    assert issued.replace(microsecond=0) == datetime.fromisoformat(change["Time"])


OWN_TEMPLATE = b"""{"value": [{"@odata.type": "oneDrive.item"}], "@odata.nextLink": "url",
"@changes.hasMoreChanges": true, "@changes.token": "string", "@changes.resync": "string"}"""
TEMPLATES = {"own_viewchanges_template.json": OWN_TEMPLATE} | {
    name: body for name, body in FOLDER.items() if name == "msdoc_viewchanges_resource_1.json"
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_any_word_for_a_resync_is_one(name: str) -> None:
    """B7: a word not known is taken for that of a service that is sure; the page keeps its items."""
    with pytest.raises(StartOver) as refused:
        ViewChanges(base_url=ONEDRIVE, drive_id="d").read(answered(OK, TEMPLATES[name]))
    assert (refused.value.flavour, refused.value.page and len(refused.value.page.items)) == ("apply", 1)


HEADS_OF_PAGES = {name: text for name, text in FOLDER.items() if name.startswith("msdoc_") and name.endswith(".txt")}


def test_pages_come_with_status_200() -> None:
    assert {head(text)[0] for text in [OK, *HEADS_OF_PAGES.values()]} == {200}


READ = {
    *(*PAGES, *ITEMS, *CUTS, *ERRORS, *LOCATIONS, *BROKEN_LINKS, *WAITS, *CHANGES, *TEMPLATES, *HEADS_OF_PAGES),
    *(name.replace(".json", ".headers.txt") for name in (*PAGES, *ERRORS)),
    *(name.replace(".headers.txt", ".json") for name in WAITS),
    "issue944_graph_delta_200.headers.txt",
}
"""The files that some test here reads."""
