"""Secrets made to be found again: each text is unique, and is looked for in every spelling it may travel in."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote

BEARER = "eyJ0eXAiOiJKV1Qi.eyJjNG5hcnkiOiJiM2FyZXIi.c4nary-b3arer_7f"
DOWNLOAD = "c4nary-d0wnload/5+e"
THUMBNAIL = "c4nary-thumbna1l/3+b"
NESTED = "c4nary-n3sted/9+c"
MESSAGE = "c4nary0err0r0body2aZ7c4nary0err0r0body2aZ7"
HEADER = "c4nary-h3ader/8+d"
LINK = "c4nary-l1nk/4+f"
USERINFO = "c4nary-us3rinfo"

PLANTED: Mapping[str, str] = {
    "bearer token": BEARER,
    "download URL": DOWNLOAD,
    "thumbnail URL": THUMBNAIL,
    "download URL, nested": NESTED,
    "error body": MESSAGE,
    "header": HEADER,
    "foreign link": LINK,
    "user in a link": USERINFO,
}
"""What the service and the user say in confidence, by what it is."""


def spellings(secret: str) -> frozenset[str]:
    """The secret as it is, escaped for addresses and JSON, and in base64, wherever in a longer text it began."""
    escaped = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        quote(quote(secret, safe=""), safe=""),
    }
    escaped |= {unquote(secret)}
    return frozenset(
        escaped | {json.dumps(secret)[1:-1], json.dumps(secret).replace("/", "\\/")[1:-1]} | {*_in_base64(secret)}
    )


def _in_base64(secret: str) -> Iterator[str]:
    """What is the same of it whatever comes before and after: a letter of base64 holds six bits of eight."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + secret.encode()).rstrip(b"=").decode()
        inner = text[-(-before * 8 // 6) : len(text) - 1]
        yield inner
        yield inner.translate(str.maketrans("+/", "-_"))


def leaks(secrets: Mapping[str, str], text: str) -> list[str]:
    """Which of the secrets are in the text, in whichever spelling."""
    return [name for name, secret in secrets.items() if any(spelled in text for spelled in spellings(secret))]
