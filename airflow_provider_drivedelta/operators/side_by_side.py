"""Asks the service about many sources side by side: one session a host, one gate for the tenant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.transport.links import origin
from airflow_provider_drivedelta.operators.feed_operator import report
from airflow_provider_drivedelta.operators.followed import Followed, read_sources, without_doubles

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.many import Ending
    from airflow_provider_drivedelta.core.transport import ThrottleGate, Transport
    from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
    from airflow_provider_drivedelta.operators.feed_operator import Call, FeedOperator

Capture = TypeVar("Capture")
Answer = TypeVar("Answer")


def ask_each(
    operator: FeedOperator, call: Call[Capture, Answer], capture_of: Callable[[Followed], Capture]
) -> list[Ending[Followed, Answer]]:
    """Make the call for each of the operator's `sources`, `threads` at a time. How each ended, in the order given.

    :raises FixSetup: `sources` is no list of sources, or the Connection does not work for any.
    """
    from structlog.contextvars import bound_contextvars  # Airflow's own way to put words on every line of a log

    from airflow_provider_drivedelta.core.many import Company, Ending, do_each
    from airflow_provider_drivedelta.core.transport import ThrottleGate

    given = read_sources(operator.sources, operator.arguments)
    wanted, again = without_doubles(given, lambda one: _spelling(operator, one))
    gate = operator.gate = ThrottleGate(max_wait=operator.max_wait)
    company, tokens, base_url = Company(gate), operator.tokens(), operator.hook.base_url

    with Ways(operator.hook, gate) as ways:

        def ask(one: Followed) -> Answer:
            with bound_contextvars(feed=str(one)):
                site, capture = operator.site_of(one), capture_of(one)
                way = ways.to(site)
                return call(
                    capture, base_url=site or base_url, transport=way, tokens=tokens, on_page=report, company=company
                )

        ended = iter(do_each(wanted, ask, gate=gate, threads=operator.threads))
    twice: dict[int, Ending[Followed, Answer]] = {
        place: Ending(job=given[place], same_as=str(one)) for place, one in again.items()
    }
    return [twice.get(place) or next(ended) for place in range(len(given))]


class Ways:
    """The transports of a task, one to each host that its sources are on; closed at the end of the block.

    :param gate: what the service asks of one of them, holds for all.
    """

    def __init__(self, hook: DriveDeltaHook, gate: ThrottleGate) -> None:
        self._hook, self._gate = hook, gate
        self._made: dict[object, Transport] = {}
        self._lock = threading.Lock()
        self._open = ExitStack()

    def __enter__(self) -> Ways:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def to(self, site: str) -> Transport:
        """One feed's own view of the transport to a site, or to the Connection's base address."""
        host = origin(site) if site else None
        with self._lock:
            if host not in self._made:
                self._made[host] = self._open.enter_context(self._hook.transport(base_url=site))
            return self._made[host].for_feed(self._gate)


def _spelling(operator: FeedOperator, one: Followed) -> str:
    try:
        return operator.spelling(one)
    except FixSetup:  # it fails by itself, when it is its turn
        return one.source
