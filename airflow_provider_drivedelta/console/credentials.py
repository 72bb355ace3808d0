"""Credentials from the environment and the command line; secrets come from the environment only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from requests.auth import AuthBase

from airflow_provider_drivedelta.clouds import check_certified, cloud_of, own_scope, scope_at
from airflow_provider_drivedelta.core.auth import (
    BearerToken,
    Certificate,
    ClientSecret,
    Credential,
    MsalAuth,
)
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.hosts import AUTHORITY
from airflow_provider_drivedelta.core.transport.links import redact

ACCESS_TOKEN = "DRIVEDELTA_ACCESS_TOKEN"
CLIENT_SECRET = "DRIVEDELTA_CLIENT_SECRET"
PASSPHRASE = "DRIVEDELTA_CERTIFICATE_PASSPHRASE"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The credential options of a command line."""

    tenant_id: str | None
    client_id: str | None
    certificate: Path | None
    authority: str | None
    ca_file: str | None


def auth(options: SignIn, environment: Mapping[str, str], *, base_url: str, certified: bool = False) -> AuthBase:
    """What signs requests to `base_url`.

    :param certified: whether the address is a SharePoint site, which takes tokens for itself alone, and of an
        application only such as were got with a certificate.
    :raises FixSetup: there is neither a ready token nor enough to sign in with.
    """
    token = environment.get(ACCESS_TOKEN, "").strip()
    if token and not options.client_id:
        if any(not 0x21 <= ord(letter) <= 0x7E for letter in token):
            raise FixSetup(f"{ACCESS_TOKEN} holds no bearer token", then="Set it to the token alone, without `Bearer`.")
        return BearerToken(token)
    credential, cloud = _credential(options, environment), cloud_of(base_url)
    if certified:
        check_certified(credential, redact(base_url))
    return MsalAuth(
        credential,
        scope=own_scope(base_url) if certified else scope_at(base_url),
        authority=options.authority or (cloud.sign_in if cloud else AUTHORITY),
        verify=options.ca_file or True,
        # Microsoft's list of authorities knows its own clouds only.
        instance_discovery=options.authority is None,
    )


def _credential(options: SignIn, environment: Mapping[str, str]) -> Credential:
    if not options.tenant_id or not options.client_id:
        then = f"Set {ACCESS_TOKEN}, or give --tenant-id and --client-id."
        raise FixSetup("There are no credentials", then=then)
    if options.certificate:
        try:
            pem = options.certificate.read_text()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "no PEM text"
            raise FixSetup(f"The certificate cannot be read ({reason})", where=str(options.certificate)) from None
        return Certificate(options.tenant_id, options.client_id, pem, environment.get(PASSPHRASE))
    secret = environment.get(CLIENT_SECRET)
    if not secret:
        raise FixSetup("There is no secret to sign in with", then=f"Set {CLIENT_SECRET}, or give --certificate.")
    return ClientSecret(options.tenant_id, options.client_id, secret)
