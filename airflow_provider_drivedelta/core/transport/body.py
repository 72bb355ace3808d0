"""Reads one body whole, within bounds of size and time, inflating it once, or says that it was cut."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import requests
import urllib3

from airflow_provider_drivedelta.core.errors import BrokenFeed, RetryLater

_CHUNK = 1 << 17
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Seconds to connect, seconds between two bytes, seconds for the whole body, bytes after inflating."""

    connect: float = 10.0
    idle: float = 60.0
    whole: float = 300.0
    size: int = 256 * 1024 * 1024


def read_body(
    response: requests.Response, limits: BodyLimits, where: str, clock: Callable[[], float] = time.monotonic
) -> bytes:
    """The inflated body.

    :raises RetryLater: it was cut off, cannot be inflated, or dribbles for longer than `limits.whole`.
    :raises BrokenFeed: it is larger than `limits.size`; counted while inflating, so a zip bomb stops early.
    """
    packed = response.headers.get("content-encoding", "").strip().lower() in ("gzip", "x-gzip", "deflate")
    deadline = clock() + limits.whole
    body = bytearray()
    try:
        received = _received(response.raw)
        for part in _inflated(received) if packed else received:
            body += part
            if len(body) > limits.size:
                then = "Ask for smaller pages (page_size)."
                raise BrokenFeed(f"One answer holds more than {limits.size >> 20} MiB", where=where, then=then)
            if clock() > deadline:
                raise RetryLater(f"One answer took longer than {limits.whole:.0f} s", where=where)
    except urllib3.exceptions.ReadTimeoutError:
        raise RetryLater("The service stopped in the middle of an answer", where=where) from None
    except (urllib3.exceptions.HTTPError, zlib.error, EOFError, OSError):
        raise RetryLater("The answer was cut off", where=where) from None
    return bytes(body)


def _received(raw: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    # read1 hands over what has arrived; read would wait for a whole chunk of a body that dribbles for ever.
    while part := raw.read1(_CHUNK, decode_content=False):
        yield part


def _inflated(parts: Iterator[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj(_GZIP_OR_ZLIB)
    begun = False
    for part in parts:
        begun = True
        while part:
            if inflate.eof:  # gzip allows several members one after the other
                inflate = zlib.decompressobj(_GZIP_OR_ZLIB)
            yield inflate.decompress(part, _CHUNK)
            part = inflate.unconsumed_tail or inflate.unused_data
    if begun and not inflate.eof:  # errors without a body may call it gzip all the same
        raise EOFError
