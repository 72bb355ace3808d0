"""Which way to sign in a Connection names, and the credential that its fields make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.core.auth import (
    Certificate,
    ClientSecret,
    Credential,
    ManagedIdentity,
    RefreshToken,
    WorkloadIdentity,
)
from airflow_provider_drivedelta.core.auth.certificate import is_pfx, unpacked_pfx
from airflow_provider_drivedelta.core.auth.refresh_token import RefreshTokenStore
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.hooks.extra import Extra
from airflow_provider_drivedelta.hooks.form import AUTO, WAYS, label
from airflow_provider_drivedelta.hooks.pem import certificate_file, check_pem, mended_pem, pasted_pfx

if TYPE_CHECKING:
    from airflow_provider_drivedelta.hooks.connection import ConnectionFields

# Way -> the fields that choose it by being filled in.
_MARKS: Mapping[str, tuple[str, ...]] = {
    "access_token": ("access_token",),
    "refresh_token": ("refresh_token",),
    "certificate": ("certificate_path", "private_key", "certificate_data"),
    "workload_identity": ("workload_identity_file",),
    "managed_identity": ("resource_id", "object_id"),
    "client_secret": ("password",),
}
_TAKES_PASSWORD = ("refresh_token", "certificate")
"""Beside these a client secret is part of the way: a confidential application's, or, as it always was, a passphrase."""


@dataclass(frozen=True, slots=True)
class ReadyToken:
    """A bearer token somebody else got; for tests and one-off reads, as it cannot be renewed."""

    token: str

    def __repr__(self) -> str:
        return "ReadyToken(***)"


@dataclass(frozen=True, slots=True)
class Filled:
    """A Connection as it is filled in, and what stands behind it.

    :param keep: makes the place where the successors of a refresh token are kept, from the one filled in.
    """

    conn: ConnectionFields
    extra: Extra
    environment: Mapping[str, str]
    keep: Callable[[str], RefreshTokenStore]

    @property
    def where(self) -> str:
        return self.extra.where

    def text(self, field: str) -> str:
        if field == "password":
            return (self.conn.password or "").strip()  # files and vaults like to add a line break
        return (self.conn.login or "").strip() if field == "login" else self.extra.text(field)

    def required(self, field: str, *, instead: str = "") -> str:
        """An id that goes into an address. :raises FixSetup: it is missing, or cannot be one."""
        value = self.text(field) or instead
        if not value:
            raise FixSetup(f"The connection lacks {label(field)}", where=self.where, then="Fill it in.")
        if any(sign in value for sign in " /?#\\") or not value.isprintable():
            then = "Copy it from the application's page in Entra."
            raise FixSetup(f"{label(field)} is no id", where=self.where, then=then)
        return value

    def tenant_id(self, *, instead: str = "") -> str:
        return self.required("tenant_id", instead=self.extra.text("tenantId") or instead)


def way_of(filled: Filled) -> str:
    """:raises FixSetup: `sign_in` names no way; or it names none, and two are filled in, or not one."""
    said = filled.text("sign_in") or AUTO
    if said not in (AUTO, *WAYS):
        what = f"{label('sign_in')} is none of the ways"
        raise FixSetup(what, where=filled.where, then=f"Choose one of {', '.join((AUTO, *WAYS))}.")
    marked = {way: [mark for mark in marks if filled.text(mark)] for way, marks in _MARKS.items()}
    if said != AUTO:
        _check_single(marked[said], filled.where)
        return said
    if any(marked[way] for way in _TAKES_PASSWORD) and not filled.text("passphrase"):
        marked["client_secret"] = []
    ways = [way for way, marks in marked.items() if marks]
    _check_single([mark for way in ways for mark in marked[way]], filled.where)
    return ways[0] if ways else _nothing_to_prove(filled)


def _nothing_to_prove(filled: Filled) -> str:
    filled.tenant_id()  # what is missing first is said first
    filled.required("login")
    lacks = f"The connection has neither {label('password')} nor {label('certificate_path')}"
    raise FixSetup(lacks, where=filled.where, then=f"Fill in one of them, or choose another {label('sign_in')}.")


def _check_single(marks: list[str], where: str) -> None:
    if len(marks) > 1:
        both = f"{label(marks[0])} and {label(marks[1])} are both filled in"
        then = f"Each is a way to sign in of its own: empty one, or choose one in {label('sign_in')}."
        raise FixSetup(both, where=where, then=then)


def credential_of(filled: Filled) -> Credential | ReadyToken:
    """:raises FixSetup: a field is missing or wrong; the message names it as the form does."""
    return _MAKE[way_of(filled)](filled)


def _ready_token(filled: Filled) -> ReadyToken:
    token = filled.text("access_token")
    if not token or not all("\x21" <= letter <= "\x7e" for letter in token):
        then = "Set it to the token alone, without 'Bearer'."
        raise FixSetup("'access_token' holds no bearer token", where=filled.where, then=then)
    return ReadyToken(token)


def _client_secret(filled: Filled) -> Credential:
    tenant_id, client_id, secret = filled.tenant_id(), filled.required("login"), filled.text("password")
    if not secret:
        then = f"Fill it in, or choose another {label('sign_in')}."
        raise FixSetup(f"The connection lacks {label('password')}", where=filled.where, then=then)
    return ClientSecret(tenant_id, client_id, secret)


def _certificate(filled: Filled) -> Credential:
    tenant_id, client_id = filled.tenant_id(), filled.required("login")
    field = next((mark for mark in _MARKS["certificate"] if filled.text(mark)), "")
    if not field:
        lacks = f"The connection has neither {label('certificate_path')} nor {label('private_key')}"
        raise FixSetup(lacks, where=filled.where, then=f"Fill in one of them, or choose another {label('sign_in')}.")
    passphrase = filled.extra.text("passphrase") or filled.conn.password or None
    origin = f"{filled.where}, {label(field)}"
    if field == "certificate_path":
        content = certificate_file(filled.text(field), label(field), filled.where)
    else:
        content = pasted_pfx(filled.text(field)) or mended_pem(filled.text(field)).encode()
    if is_pfx(content):
        return Certificate(tenant_id, client_id, unpacked_pfx(content, passphrase, origin), None, origin)
    pem = check_pem(content.decode("utf-8", "replace"), label(field), filled.where)
    return Certificate(tenant_id, client_id, pem, passphrase, origin)


def _workload_identity(filled: Filled) -> Credential:
    field, variable = "workload_identity_file", "AZURE_FEDERATED_TOKEN_FILE"
    file, origin = filled.text(field), label(field)
    if not file:
        file, origin = filled.environment.get(variable, ""), variable
    if not file:
        lacks = f"The connection lacks {label(field)}, and {variable} is not set here either"
        raise FixSetup(lacks, where=filled.where, then="Fill it in, or let the worker's pod have the identity.")
    tenant_id = filled.tenant_id(instead=filled.environment.get("AZURE_TENANT_ID", ""))
    client_id = filled.required("login", instead=filled.environment.get("AZURE_CLIENT_ID", ""))
    return WorkloadIdentity(tenant_id, client_id, file, f"{filled.where}, {origin}")


def _managed_identity(filled: Filled) -> Credential:
    ids = {"client_id": "login", "resource_id": "resource_id", "object_id": "object_id"}
    given = {kind: field for kind, field in ids.items() if filled.text(field)}
    _check_single(list(given.values()), filled.where)
    for kind in ("client_id", "resource_id", "object_id"):
        if kind in given:
            return ManagedIdentity(kind, filled.text(given[kind]), f"{filled.where}, {label(given[kind])}")
    return ManagedIdentity()


def _refresh_token(filled: Filled) -> Credential:
    tenant_id, client_id, token = filled.tenant_id(), filled.required("login"), filled.text("refresh_token")
    if not token:
        then = "Get one with `drivedelta sign-in`."
        raise FixSetup(f"The connection lacks {label('refresh_token')}", where=filled.where, then=then)
    return RefreshToken(tenant_id, client_id, filled.keep(token), filled.text("password") or None)


_MAKE: Mapping[str, Callable[[Filled], Credential | ReadyToken]] = {
    "access_token": _ready_token,
    "refresh_token": _refresh_token,
    "certificate": _certificate,
    "workload_identity": _workload_identity,
    "managed_identity": _managed_identity,
    "client_secret": _client_secret,
}
