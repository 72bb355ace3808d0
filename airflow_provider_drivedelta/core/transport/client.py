"""Sends one request until it is answered, refused, or patience ends; never looks inside a body."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TypeVar

import requests
from requests.auth import AuthBase

from airflow_provider_drivedelta.core.changes import Answer, Request
from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup, RetryLater
from airflow_provider_drivedelta.core.transport.body import BodyLimits, read_body
from airflow_provider_drivedelta.core.transport.gate import ThrottleGate
from airflow_provider_drivedelta.core.transport.links import check_base_url, check_link, joined, origin, redact
from airflow_provider_drivedelta.core.transport.policy import PASSING, REDIRECTS, THROTTLED, RetryPolicy
from airflow_provider_drivedelta.core.transport.tls import check_ca_file
from airflow_provider_drivedelta.core.transport.verbatim import VerbatimAdapter, keep_verbatim
from airflow_provider_drivedelta.version import __version__

T = TypeVar("T")
log = logging.getLogger(__name__)

MAX_REDIRECTS = 5
MOST_CONNECTIONS = 64  # kept open side by side, each made when it is needed; as many feeds can be asked at once
# The form Microsoft asks for, so that it can tell well-behaved clients apart ([D] spdev throttling).
USER_AGENT = f"NONISV|DriveDelta|airflow-provider-drivedelta/{__version__}"


class Transport:
    """One HTTP session to the hosts of one connection; feeds that are asked side by side share it, see `for_feed`.

    :param auth: signs each request; called only for addresses on the connection's own host. If it has a
        method `renew`, it is asked once for a fresh token when the service answers 401.
    :param base_url: the service's base address; its scheme, host and port are the only ones ever talked to.
    :param verify: True, or the path of a CA file, which then wins over the environment's.
    :param max_wait: seconds of throttling this transport sits out in all.
    :raises FixSetup: the base address or the CA file cannot be used.
    """

    def __init__(
        self,
        *,
        auth: AuthBase,
        base_url: str,
        verify: bool | str = True,
        proxies: Mapping[str, str] | None = None,
        max_wait: float = 600.0,
        policy: RetryPolicy | None = None,
        limits: BodyLimits | None = None,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_ca_file(verify)
        own = origin(check_base_url(base_url))
        assert own is not None  # check_base_url has seen to it
        self.allowed = frozenset({own})
        self._auth, self._verify, self._proxies = auth, verify, dict(proxies or {})
        self._policy, self._limits, self._clock = policy or RetryPolicy(), limits or BodyLimits(), clock
        self.gate = ThrottleGate(max_wait=max_wait, sleep=sleep, clock=clock)
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, VerbatimAdapter(pool_maxsize=MOST_CONNECTIONS))
        self.requests, self.throttled_seconds = 0, 0.0

    def for_feed(self, gate: ThrottleGate) -> Transport:
        """The same session and sign-in for one of many feeds: with counts of its own, and the gate that all share.

        Not to be closed: that is for who made the first one.
        """
        own = copy(self)
        own.gate, own.requests, own.throttled_seconds = gate, 0, 0.0
        return own

    def close(self) -> None:
        """Close all connections, the sign-in's included."""
        self._session.close()
        close = getattr(self._auth, "close", None)
        if close is not None:
            close()

    def check(self, request: Request) -> None:
        """:raises BrokenFeed: the request leads elsewhere than to the connection's host."""
        check_link(request.url, self.allowed, "A link of the feed")

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def fetch(self, request: Request, read: Callable[[Answer], T]) -> T:
        """Send `request` and give what `read` makes of the answer; a faulty answer is asked for again.

        :raises RetryLater: patience ended: throttled for too long, or the fault did not pass.
        :raises FixSetup: TLS or the address itself is wrong.
        :raises BrokenFeed: a link or redirect leads to a host that is not the connection's.
        """
        failures = throttled = 0
        while True:
            self.throttled_seconds += self.gate.pass_through()
            try:
                answer = self._answer(request)
                if answer.status not in THROTTLED:
                    return self._read(request, answer, read)
            except RetryLater as fault:
                failures += 1
                self._be_patient(fault, failures)
                continue
            throttled += 1
            self._slow_down(answer, throttled)

    def _read(self, request: Request, answer: Answer, read: Callable[[Answer], T]) -> T:
        if answer.status in PASSING - request.telling:
            raise RetryLater(f"The service answered {answer.status}", where=answer.where)
        return read(answer)

    def _be_patient(self, fault: RetryLater, failures: int) -> None:
        if failures >= self._policy.attempts:
            raise RetryLater(f"{fault.what}, {failures} times in a row", where=fault.where, then=fault.then) from fault
        wait = self._policy.back_off(failures)
        log.info("%s; trying again in %.1f s", fault.what, wait)
        self.gate.pause(wait)

    def _slow_down(self, answer: Answer, throttled: int) -> None:
        wait = self._policy.throttle_wait(answer.headers, throttled, answer.dated)
        if throttled >= self._policy.throttled_attempts:
            what = f"The service answered {answer.status} {throttled} times in a row"
            raise RetryLater(what, where=answer.where, after=wait)
        log.info("The service answered %d; all calls wait %.1f s", answer.status, wait)
        self.gate.close_for(wait)

    def _answer(self, request: Request) -> Answer:
        """The answer to one try, over redirects, with one fresh sign-in if the first is refused."""
        answer = self._follow(request)
        renew = getattr(self._auth, "renew", None)
        if answer.status == 401 and renew is not None:
            renew(answer.headers.get("www-authenticate"))
            answer = self._follow(request)
        return answer

    def _follow(self, request: Request) -> Answer:
        self.check(request)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._send(request)
            target = answer.headers.get("location")
            if answer.status not in REDIRECTS or not target:
                return answer
            request = replace(request, url=joined(request.url, target))
            check_link(request.url, self.allowed, "A redirect")
        raise BrokenFeed(f"More than {MAX_REDIRECTS} redirects", where=answer.where, then="Report it.")

    def _send(self, request: Request) -> Answer:
        where = f"{request.method} {redact(request.url)}"
        headers = {"User-Agent": USER_AGENT, "client-request-id": str(uuid.uuid4()), **request.headers}
        try:
            call = requests.Request(request.method, request.url, headers=headers, data=request.body, auth=self._auth)
            prepared = self._session.prepare_request(call)
            keep_verbatim(prepared, request.url)
            self.requests += 1
            settings = self._session.merge_environment_settings(prepared.url, self._proxies, True, self._verify, None)
            # Not through the session: it would prepare redirects by itself, reading their bodies without bounds.
            response = self._session.get_adapter(request.url).send(
                prepared,
                timeout=(self._limits.connect, self._limits.idle),
                **settings,  # type: ignore[arg-type]  # `verify` is never None: one was given
            )
            with response:
                # Throttling answers are often cut or HTML; what they ask for is in their headers.
                unread = response.status_code in THROTTLED
                body = b"" if unread else read_body(response, self._limits, where, self._clock)
        except DriveDeltaError:
            raise
        except requests.exceptions.RequestException as error:
            raise _explain(error, where) from None  # its text holds the whole address, token included
        low = {name.lower(): value for name, value in response.headers.items()}
        log.debug("%s -> %d, request-id %s", where, response.status_code, low.get("request-id", "-"))
        return Answer(response.status_code, low, body, datetime.now(UTC), where, request.note)


def _explain(error: requests.exceptions.RequestException, where: str) -> DriveDeltaError:
    """A fault of the wire in our words. The library's own text is left out: it quotes links."""
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        then = "If your network or server uses a CA of its own, name its file in the connection (ca_file)."
        return FixSetup("The server's TLS certificate is not trusted", where=where, then=then)
    if isinstance(error, ValueError):  # InvalidURL, MissingSchema and their like
        return FixSetup("That is no address that can be called", where=where, then="Check the connection's host.")
    if isinstance(error, requests.exceptions.Timeout):
        return RetryLater("The service did not answer in time", where=where)
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return RetryLater("The answer was cut off", where=where)
    then = "Check the connection's host and the network. Nothing is lost."
    return RetryLater(f"The service could not be reached ({_cause(error)})", where=where, then=then)


def _cause(error: BaseException) -> str:
    """The innermost reason's kind, such as `NameResolutionError`: enough to look for, with nothing secret in it."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason or error).__name__
