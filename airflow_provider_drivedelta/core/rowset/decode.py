"""The bytes of an XML body as UTF-8, by what they are rather than by what they say they are."""

from __future__ import annotations

import codecs
import re
from typing import Final

from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, RetryLater

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED: Final = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_HTML: Final = re.compile(rb"<(?:!doctype\s+html\b[^\[>]*>|html\b)", re.IGNORECASE)
# What services send. Any codec would do for Python (utf-7, zip …), but nobody sends those in good faith.
_ENCODINGS: Final = {"utf-8", "ascii", "iso8859-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be"}


def utf8(body: bytes, where: str) -> bytes:
    """The body as UTF-8 without byte order mark; invalid bytes and lone surrogates are left to the mender.

    :raises RetryLater: there is nothing in it, or nothing like XML, or half a character at the end.
    :raises BrokenFeed: it declares an encoding that no service uses.
    """
    body = _recoded(body, where)
    if body[:1].isspace():  # XML allows none before its declaration, proxies put it there
        body = body.lstrip()
    if not body:
        raise RetryLater("The answer is empty where XML was due", where=where)
    if not body.startswith(b"<"):
        raise RetryLater("The answer is not XML", where=where)
    if _HTML.match(body):
        raise RetryLater("The answer is an HTML page where XML was due", where=where)
    return body


def is_utf8(body: bytes) -> bool:
    """Whether the body is meant as UTF-8, and has nothing before its first tag."""
    try:
        return body.startswith(b"<") and _recoded(body, "") is body
    except DriveDeltaError:
        return False


def _recoded(body: bytes, where: str) -> bytes:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _from(body[len(mark) :], encoding, where)
    if body.startswith(b"<\0"):
        return _from(body, "utf-16-le", where)
    if body.startswith(b"\0<"):
        return _from(body, "utf-16-be", where)
    declared = _declared(body, where)
    return _from(body, "utf-8" if declared.startswith("utf-16") else declared, where)


def _declared(body: bytes, where: str) -> str:
    found = _DECLARED.match(body)
    if found is None:
        return "utf-8"
    name = found[1].decode()
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        encoding = ""
    if encoding not in _ENCODINGS:
        raise BrokenFeed(f"The XML says it is written in {name}, which is refused", where=where)
    return encoding


def _from(body: bytes, encoding: str, where: str) -> bytes:
    if encoding in ("utf-8", "ascii"):
        return body
    if encoding in ("iso8859-1", "cp1252"):
        return body.decode(encoding, "replace").encode()
    try:
        return body.decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise RetryLater("The XML was cut off in the middle of a character", where=where) from None
