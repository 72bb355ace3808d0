"""What SharePoint's refusals mean, in whichever form they come."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.changes import Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup, RetryLater
from airflow_provider_drivedelta.core.protocols.sharepoint_list import ListChanges
from tests.core.protocols.list_play import LIST, Reply, answer, token

FEED = ListChanges(site_url="https://contoso.sharepoint.com/sites/team", list_id=LIST, known_fields=["ID"])


def odata(code: str, message: str = "m") -> bytes:
    return f'{{"odata.error":{{"code":"{code}","message":{{"lang":"en-US","value":"{message}"}}}}}}'.encode()


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (401, b'{"error_description":"Unsupported app only token."}', FixSetup, "certificate"),
        (401, b"", FixSetup, "refused the sign-in token"),
        (403, b"<html>Access denied</html>", FixSetup, "Sites.Selected"),
        (404, b"404 FILE NOT FOUND", FixSetup, "no such site or list"),
        (404, odata("-2130575322, Microsoft.SharePoint.SPException"), FixSetup, "no such site or list"),
        (500, b"<m:error xmlns:m='x'><m:code>-2130575322</m:code><m:message/></m:error>", FixSetup, "no such site"),
        (404, odata("-2147024894, System.IO.FileNotFoundException"), FixSetup, "Folder of query_options"),
        (423, b"", FixSetup, "locked"),
        (400, odata("-1, Microsoft.SharePoint.Client.InvalidClientQueryException"), FixSetup, "InvalidClientQuery"),
        (500, odata("-2147024860, Microsoft.SharePoint.SPQueryThrottledException"), FixSetup, "view threshold"),
        (500, odata("-2147467259", "Something is out of order."), RetryLater, "out of order"),
        (500, b"", RetryLater, "answered 500"),
        (500, b"<!DOCTYPE html><html><body>Oops</body></html>", RetryLater, "answered 500"),
        (200, b"<!DOCTYPE html><html><body>Throttled</body></html>", RetryLater, "HTML page"),
        (200, b"", RetryLater, "empty"),
        (200, b"Server Too Busy", RetryLater, "Too Busy"),
        (200, b"<rss/>", BrokenFeed, "no answer to a question"),
        (200, b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', BrokenFeed, "DOCTYPE"),
    ],
)  # fmt: skip
def test_every_refusal_says_what_to_do(status: int, body: bytes, kind: type[DriveDeltaError], says: str) -> None:
    with pytest.raises(kind, match=says):
        FEED.read(answer(Reply(body, status), FEED.since(Token(token()))))


def test_a_soap_fault_with_a_code_is_about_what_the_code_says() -> None:
    body = (
        b"<s:Envelope xmlns:s='x'><s:Body><s:Fault><faultstring>x</faultstring><detail><errorstring>List gone"
        b"</errorstring><errorcode>0x82000006</errorcode></detail></s:Fault></s:Body></s:Envelope>"
    )
    with pytest.raises(FixSetup, match="no such site or list"):
        FEED.read(answer(Reply(body, 500), FEED.since(Token(token()))))


def test_no_refusal_repeats_the_token() -> None:
    body = odata("-1, System.ArgumentException", f"Bad {token(77)} at https://contoso.sharepoint.com/x?y=z")
    with pytest.raises(RetryLater) as refusal:
        FEED.read(answer(Reply(body, 500), FEED.since(Token(token(77)))))
    assert token(77) not in str(refusal.value)
    assert "y=z" not in str(refusal.value)
