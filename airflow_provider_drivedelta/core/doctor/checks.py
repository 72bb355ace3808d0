"""Why can this not be read? From the network over the sign-in to one page of one feed, a check at a time.

Everything is asked as a pull would ask it, and nothing is written. Each check stands for itself, so that the first
that fails is what to mend; those that hang on it are left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from requests.utils import get_environ_proxies, select_proxy

from airflow_provider_drivedelta.core.changes import Answer, Request
from airflow_provider_drivedelta.core.doctor.grants import Wanted, advice, lacking, standing
from airflow_provider_drivedelta.core.doctor.token import Claims, read_claims
from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup
from airflow_provider_drivedelta.core.transport import RetryPolicy, Transport
from airflow_provider_drivedelta.core.transport.body import BodyLimits
from airflow_provider_drivedelta.core.transport.links import origin

T = TypeVar("T")

MOST_SKEW = timedelta(minutes=5)  # what Entra puts up with, as Kerberos does
_ANY = frozenset(range(400, 600)) - {429, 503, 509}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at. `status` is the exit status that its failure stands for, 0 where all is well."""

    name: str
    text: str
    then: str = ""
    status: int = 0

    @property
    def ok(self) -> bool:
        return self.status == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where something is to be read, and what opens it."""

    base_url: str
    auth: AuthBase = field(repr=False)
    wanted: Wanted
    verify: bool | str = True
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)

    def transport(self, auth: AuthBase) -> Listening:
        """Patient for seconds only: somebody is waiting."""
        return Listening(
            auth=auth,
            base_url=self.base_url,
            verify=self.verify,
            proxies=self.proxies,
            max_wait=5,
            policy=RetryPolicy(attempts=2),
            limits=BodyLimits(connect=5, idle=10, whole=30),
        )


class Listening(Transport):
    """A transport that knows the last answer: what it was, before it became an error."""

    heard: Answer | None = None

    def fetch(self, request: Request, read: Callable[[Answer], T]) -> T:
        def listen(answer: Answer) -> T:
            self.heard = answer
            return read(answer)

        self.heard = None
        return super().fetch(request, listen)


Trial = Callable[[Transport], str]
"""Reads one page, and says what it found."""


def examine(door: Door, trial: Trial | None) -> Iterator[Check]:
    """The checks of one door, each as soon as it is done.

    :param trial: what to read there; None looks at the sign-in alone.
    """
    with ExitStack() as stack:
        stack.callback(getattr(door.auth, "close", lambda: None))
        reached = yield from _reach(door)
        signed, token = _sign_in(door)
        yield signed
        if not signed.ok:
            return
        claims = read_claims(token)
        yield _told(claims)
        read = _try(door, trial, claims) if trial and reached else None
        # What opens is enough, whatever the tables here say of it.
        yield _permitted(door.wanted, claims, opened=read is not None and read.ok)
        if read:
            yield read


def _reach(door: Door) -> Generator[Check, None, bool]:
    """Is the host there, is it to be trusted, do its clock and ours agree? Asked without a sign-in.

    Gives whether it was reached, by way of `yield from`.
    """
    host, through = _host(door), _through(door)
    try:
        with door.transport(_Unsigned()) as transport:
            answer = transport.fetch(Request(_unsigned_address(door), telling=_ANY), lambda answer: answer)
    except DriveDeltaError as fault:
        yield _failed("host", fault, then=_network_advice(fault, through))
        return False
    yield Check(name="host", text=f"{host} answers{through and f' through the proxy {through}'}")
    yield _clock(answer)
    return True


def _unsigned_address(door: Door) -> str:
    # Small answers, also where no sign-in is asked for; a site's own page would lead to a sign-in elsewhere.
    at_site = door.wanted.api == "SharePoint" and "/_api/" not in door.base_url
    return f"{door.base_url}/_api/web" if at_site else f"{door.base_url}/me"


def _clock(answer: Answer) -> Check:
    ahead = answer.received_at - answer.dated
    if abs(ahead) <= MOST_SKEW:
        return Check(name="clock", text=f"within {max(1, round(abs(ahead) / timedelta(seconds=1)))} s of the service's")
    text = f"this machine is {abs(ahead)} {'ahead of' if ahead > timedelta(0) else 'behind'} the service"
    then = "Set its clock (NTP): sign-ins are dated, and tokens are refused before and after their time."
    return Check(name="clock", text=text, then=then, status=FixSetup.exit_status)


def _sign_in(door: Door) -> tuple[Check, str]:
    """The check, and the token, which is for the next checks alone."""
    began = time.monotonic()
    try:
        signed = door.auth(requests.Request("GET", door.base_url).prepare())
    except DriveDeltaError as fault:
        return _failed("sign-in", fault), ""
    seconds = time.monotonic() - began
    token = str(signed.headers.get("Authorization", "")).partition(" ")[2]
    return Check(name="sign-in", text=f"a token in {seconds:.1f} s"), token


def _told(claims: Claims | None) -> Check:
    """Whose token it is, and for whom; dates that are over are not argued with, the service will say so."""
    if claims is None:
        return Check(name="token", text="is opaque: it shows neither application nor permissions")
    who = f"{claims.app_name!r} {claims.app}".strip() if claims.app_name else claims.app
    parts = {
        "application": who,
        "person": claims.person,
        "tenant": claims.tenant,
        "for": claims.audience,
        "until": f"{claims.expires:%Y-%m-%d %H:%M} UTC" if claims.expires else "",
    }
    return Check(name="token", text=", ".join(f"{name} {value}" for name, value in parts.items() if value))


def _permitted(wanted: Wanted, claims: Claims | None, *, opened: bool) -> Check:
    """The permissions in the token; whether those are enough for what is wanted."""
    shown = ", ".join(claims.permissions) if claims and claims.permissions else "none"
    worth = standing(wanted, claims)
    if worth == "none" and not opened:
        what = f"{shown}: nothing that opens a {wanted.what} through {wanted.api}"
        return Check(name="roles", text=what, then=lacking(wanted, claims), status=FixSetup.exit_status)
    if worth == "unknown":
        return Check(name="roles", text="not shown")
    return Check(name="roles", text=f"{shown}{' (granted sites or lists only)' if worth == 'selected' else ''}")


def _try(door: Door, trial: Trial, claims: Claims | None) -> Check:
    name, transport = door.wanted.what, door.transport(door.auth)
    with transport:
        try:
            return Check(name=name, text=trial(transport))
        except DriveDeltaError as fault:
            then = _advice(door.wanted, claims, transport.heard) if transport.heard else ""
            return _failed(name, fault, then=then)


def _advice(wanted: Wanted, claims: Claims | None, answer: Answer) -> str:
    if answer.status not in (401, 403, 404):
        return ""
    if answer.status == 401 and claims and claims.expires and claims.expires < answer.dated:
        return "The token has expired: get another one."
    told = standing(wanted, claims) == "none" and answer.status != 401  # by the check of the roles
    return "See roles." if told else advice(wanted, claims, answer.status)


def _failed(name: str, fault: DriveDeltaError, *, then: str = "") -> Check:
    where = f" ({fault.where})" if fault.where else ""
    return Check(name=name, text=f"{fault.what}{where}", then=then or fault.then, status=fault.exit_status)


def _network_advice(fault: DriveDeltaError, through: str) -> str:
    """What the network's own words mean, as far as they are known."""
    if "NameResolutionError" in fault.what or "LocationParseError" in fault.what:
        return "The name is not known here: check it, the DNS, and whether this network needs a proxy (HTTPS_PROXY)."
    if "Proxy" in fault.what:
        return f"The proxy {through} could not be used: check its address, and whether it wants a password."
    if "another host" in fault.what:
        return "Something in between answers in its place, such as a proxy's page to sign in at."
    return fault.then


def _through(door: Door) -> str:
    """The proxy that requests go through, without its password; empty for none."""
    proxy = select_proxy(door.base_url, {**get_environ_proxies(door.base_url), **door.proxies})
    return (urlsplit(proxy if "://" in proxy else f"//{proxy}").netloc.rpartition("@")[2]) if proxy else ""


def _host(door: Door) -> str:
    found = origin(door.base_url)
    return found[1] if found else door.base_url


class _Unsigned(AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request
