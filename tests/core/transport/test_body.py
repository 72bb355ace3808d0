"""One body: whole, inflated once, within bounds of size and time."""

from __future__ import annotations

import gzip
import zlib

import pytest

from airflow_provider_drivedelta.core.changes import Request
from airflow_provider_drivedelta.core.errors import BrokenFeed, RetryLater
from airflow_provider_drivedelta.core.transport.body import BodyLimits
from tests.core.played import FakeTime, connect, patient
from tests.graph_service import GraphService, Reply

TEXT = b"".join(b"%d " % number for number in range(200_000))
GZIPPED = {"Content-Encoding": "gzip"}
ONCE = patient(attempts=1)


def body_of(service: GraphService, reply: Reply, time: FakeTime | None = None, **limits: float) -> bytes:
    """The body of `reply` as the transport gives it, from a single try."""
    service.always(reply)
    with connect(service, time, policy=ONCE, limits=BodyLimits(**limits)) as transport:  # type: ignore[arg-type]
        return transport.fetch(Request(service.url), lambda answer: answer.body)


def in_chunks(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


WHOLE = {
    "plain": Reply(200, TEXT),
    "chunked": Reply(200, chunks=in_chunks(TEXT, 70_001)),
    "gzip": Reply(200, gzip.compress(TEXT), GZIPPED),
    "gzip by another name": Reply(200, gzip.compress(TEXT), {"Content-Encoding": " X-GZip "}),
    "gzip in small chunks": Reply(200, headers=GZIPPED, chunks=in_chunks(gzip.compress(TEXT), 1009)),
    "gzip in two members": Reply(200, gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]), GZIPPED),
    "deflate": Reply(200, zlib.compress(TEXT), {"Content-Encoding": "deflate"}),
}


@pytest.mark.parametrize("reply", WHOLE.values(), ids=WHOLE)
def test_a_body_comes_out_whole_however_it_travels(service: GraphService, reply: Reply) -> None:
    assert body_of(service, reply) == TEXT


@pytest.mark.parametrize("headers", [{}, GZIPPED])
def test_an_empty_body_is_empty(service: GraphService, headers: dict[str, str]) -> None:
    """Errors without a body may call it gzip all the same."""
    assert body_of(service, Reply(403, headers=headers)) == b""


CUT = {
    "cut": Reply(200, TEXT, cut=1000),
    "chunked, cut in a chunk": Reply(200, TEXT, {"Transfer-Encoding": "chunked"}, cut=0),
    "chunked, without its last chunk": Reply(200, chunks=in_chunks(TEXT, 70_001), ends=False),
    "gzip, whole on the wire but not in itself": Reply(200, gzip.compress(TEXT)[:-9], GZIPPED),
    "gzip, cut": Reply(200, gzip.compress(TEXT), GZIPPED, cut=1000),
    "gzip, spoiled": Reply(200, gzip.compress(TEXT)[:1000] + b"\0" * 20, GZIPPED),
    "not gzip at all": Reply(200, TEXT, GZIPPED),
}


@pytest.mark.parametrize("reply", CUT.values(), ids=CUT)
def test_a_cut_body_is_never_taken_for_whole(service: GraphService, reply: Reply) -> None:
    """F2."""
    with pytest.raises(RetryLater, match="The answer was cut off"):
        body_of(service, reply)


def test_a_body_that_is_too_large_names_what_to_do(service: GraphService) -> None:
    with pytest.raises(BrokenFeed, match=r"more than 1 MiB.*page_size"):
        body_of(service, Reply(200, TEXT), size=1 << 20)


def test_a_zip_bomb_stops_before_it_is_inflated(service: GraphService) -> None:
    """A quarter of a gigabyte in a quarter of a megabyte."""
    pump = zlib.compressobj(9, zlib.DEFLATED, 31)
    megabyte = b"\0" * (1 << 20)
    bomb = b"".join([pump.compress(megabyte) for _ in range(64)]) + pump.flush()
    with pytest.raises(BrokenFeed, match="more than 2 MiB"):
        body_of(service, Reply(200, bomb * 4, GZIPPED), size=2 << 20)


@pytest.mark.parametrize("headers", [{}, GZIPPED])
def test_a_body_that_dribbles_is_left_after_a_while(service: GraphService, headers: dict[str, str]) -> None:
    body = gzip.compress(TEXT) if headers else TEXT
    seconds_a_look = FakeTime(tick=1.0)
    dribbling = Reply(200, headers=headers, chunks=in_chunks(body, 100))
    with pytest.raises(RetryLater, match="longer than 20 s"):
        body_of(service, dribbling, seconds_a_look, whole=20)


def test_a_body_that_stops_is_left_after_the_idle_time(service: GraphService) -> None:
    with pytest.raises(RetryLater, match="stopped in the middle"):
        body_of(service, Reply(200, TEXT, cut=10, stall=True), idle=0.1)


def test_an_answer_that_never_begins_is_left_after_the_idle_time(service: GraphService) -> None:
    def sit_there(_: object) -> Reply:
        service.released.wait(10)
        return Reply(200)

    with pytest.raises(RetryLater, match="did not answer in time"):
        body_of(service, sit_there, idle=0.1)  # type: ignore[arg-type]
