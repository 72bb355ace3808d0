"""Sends a link letter by letter as it was given; requests and urllib3 would rewrite its escapes, and log it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TypeVar
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from requests.models import PreparedRequest, Response
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager, ProxyManager

from airflow_provider_drivedelta.core.transport.links import redact

Manager = TypeVar("Manager", bound=PoolManager)

_target: ContextVar[str | None] = ContextVar("target", default=None)
_SENDABLE = re.compile(r"[\x21-\x7e]+")


class _Verbatim:
    """Puts the link's own target on the request line, where there is one."""

    def putrequest(self, method: str, url: str, *args: bool, **kwargs: bool) -> None:
        super().putrequest(method, _target.get() or url, *args, **kwargs)  # type: ignore[misc]


class _PlainConnection(_Verbatim, HTTPConnection):
    pass


class _TlsConnection(_Verbatim, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class VerbatimAdapter(HTTPAdapter):
    """Graph's links hold `(token='…')`, `%2c`, `%25234`; the service gets back exactly what it gave.

    Of requests' own escaping only what HTTP cannot carry raw (blanks, control characters, non-ASCII) is left on.
    urllib3, which logs the target of every request, is shown it without the token.
    """

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]
        self.poolmanager = _with_our_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: str) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        return _with_our_pools(manager)

    def request_url(self, request: PreparedRequest, proxies: Mapping[str, str] | None) -> str:
        url = super().request_url(request, proxies)
        if not url.startswith("/"):
            host = urlsplit(url)._replace(path="", query="", fragment="").geturl()
            _target.set(f"{host}{_target.get()}")  # a plain-http proxy wants the whole address; `send` sets it back
        return redact(url)

    def send(self, request: PreparedRequest, *args: object, **kwargs: object) -> Response:
        chosen = _target.set(getattr(request, "verbatim_target", request.path_url))
        try:
            return super().send(request, *args, **kwargs)  # type: ignore[arg-type]
        finally:
            _target.reset(chosen)


def _with_our_pools(manager: Manager) -> Manager:
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
    return manager


def keep_verbatim(prepared: PreparedRequest, url: str) -> None:
    """Note on `prepared` the target of `url` as it stands, if it can travel so."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if _SENDABLE.fullmatch(target):
        prepared.verbatim_target = target  # type: ignore[attr-defined]
