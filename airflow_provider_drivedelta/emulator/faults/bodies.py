"""Bytes that are not what they seem: broken, marked, in another encoding, packed and not said to be, or the reverse."""

import gzip

from airflow_provider_drivedelta.emulator.answer import Answer, with_body, with_header
from airflow_provider_drivedelta.emulator.faults.parts import BodyEdit
from airflow_provider_drivedelta.emulator.faults.replies import PROXY_PAGE

_GARBAGE = b"\x00\xff]}><"


def spoil(answer: Answer, how: BodyEdit) -> Answer:
    """The answer with other bytes. Its headers stay, but for what they say of packing."""
    body = PROXY_PAGE.encode("ascii") if how.html else answer.body
    body = {"half": body[: len(body) // 2], "garbage": _GARBAGE + body}.get(how.broken, body)
    return _packed(with_body(answer, _encoded(body + b" " * how.pad, how.encoding)), how.gzip)


def _encoded(body: bytes, encoding: str) -> bytes:
    """What the encoding does not have is escaped, so that the text stays what it was."""
    if not encoding:
        return body
    text = body.decode("utf-8", "surrogatepass")
    if encoding != "latin-1":
        return text.encode(encoding, "surrogatepass")
    return text.encode(encoding, "xmlcharrefreplace" if body.startswith(b"<") else "backslashreplace")


def _packed(answer: Answer, how: str) -> Answer:
    if not how:
        return answer
    packed = gzip.compress(answer.body, compresslevel=1)
    body = {
        "claimed": answer.body,
        "truncated": packed[: len(packed) // 2],
        "garbage": packed + _GARBAGE,
        "twice": gzip.compress(packed, compresslevel=1),
    }.get(how, packed)
    says = None if how == "hidden" else "gzip"
    return with_body(Answer(answer.status, with_header(answer.headers, "content-encoding", says), b""), body)
