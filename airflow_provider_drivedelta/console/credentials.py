"""Credentials from the environment and the command line; secrets come from the environment or from files only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from requests.auth import AuthBase

from airflow_provider_drivedelta.clouds import (
    check_certified,
    cloud_named,
    cloud_of,
    other_cloud,
    own_scope,
    scope_at,
)
from airflow_provider_drivedelta.core.auth import (
    BearerToken,
    Certificate,
    ClientSecret,
    Credential,
    ManagedIdentity,
    MsalAuth,
    RefreshToken,
    WorkloadIdentity,
)
from airflow_provider_drivedelta.core.auth.certificate import is_pfx, unpacked_pfx
from airflow_provider_drivedelta.core.auth.token_file import SignInFile
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.hosts import AUTHORITY
from airflow_provider_drivedelta.core.transport.links import redact

ACCESS_TOKEN = "DRIVEDELTA_ACCESS_TOKEN"
CLIENT_SECRET = "DRIVEDELTA_CLIENT_SECRET"
PASSPHRASE = "DRIVEDELTA_CERTIFICATE_PASSPHRASE"
FEDERATED_FILE = "AZURE_FEDERATED_TOKEN_FILE"

Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The credential options of a command line."""

    tenant_id: str | None
    client_id: str | None
    certificate: Path | None
    authority: str | None
    ca_file: str | None
    cloud: str | None = None
    sign_in: str | None = None
    sign_in_file: Path | None = None


def auth(options: SignIn, environment: Environment, *, base_url: str, certified: bool = False) -> AuthBase:
    """What signs requests to `base_url`.

    :param certified: whether the address is a SharePoint site, which takes tokens for itself alone, and of an
        application only such as were got with a certificate.
    :raises FixSetup: there is neither a ready token nor enough to sign in with; or the address is in another cloud.
    """
    cloud = cloud_named(options.cloud or "") or cloud_of(base_url)
    if cloud and (other := other_cloud(base_url, cloud)):
        what = f"The address is in the cloud {other.name!r}, and --cloud says {cloud.name!r}"
        raise FixSetup(what, where=redact(base_url), then="Leave --cloud out, or name the other one.")
    token = environment.get(ACCESS_TOKEN, "").strip()
    if token and not options.client_id and not options.sign_in and not options.sign_in_file:
        return _ready(token)
    credential = _credential(options, environment)
    if certified:
        check_certified(credential, redact(base_url))
    home = environment.get("AZURE_AUTHORITY_HOST") if isinstance(credential, WorkloadIdentity) else None
    if options.sign_in_file:
        home = SignInFile(options.sign_in_file).read().authority
    authority = options.authority or home
    return MsalAuth(
        credential,
        scope=own_scope(base_url) if certified else scope_at(base_url, cloud),
        authority=authority or (cloud.sign_in if cloud else AUTHORITY),
        verify=options.ca_file or True,
        # Microsoft's list of authorities knows its own clouds only.
        instance_discovery=authority is None,
    )


def _ready(token: str) -> BearerToken:
    if any(not 0x21 <= ord(letter) <= 0x7E for letter in token):
        raise FixSetup(f"{ACCESS_TOKEN} holds no bearer token", then="Set it to the token alone, without `Bearer`.")
    return BearerToken(token)


def _credential(options: SignIn, environment: Environment) -> Credential:
    if options.sign_in_file:
        return _from_file(options.sign_in_file, environment)
    if options.sign_in:
        return _NAMED[options.sign_in](options, environment)
    return _application(options, environment)


def _from_file(path: Path, environment: Environment) -> Credential:
    file = SignInFile(path)
    found = file.read()
    return RefreshToken(found.tenant_id, found.client_id, file, environment.get(CLIENT_SECRET) or None)


def _managed_identity(options: SignIn, environment: Environment) -> Credential:
    client_id = options.client_id
    return ManagedIdentity("client_id", client_id, "--client-id") if client_id else ManagedIdentity()


def _workload_identity(options: SignIn, environment: Environment) -> Credential:
    tenant_id = options.tenant_id or environment.get("AZURE_TENANT_ID")
    client_id = options.client_id or environment.get("AZURE_CLIENT_ID")
    file = environment.get(FEDERATED_FILE)
    if not tenant_id or not client_id or not file:
        then = f"Set {FEDERATED_FILE}, and AZURE_TENANT_ID and AZURE_CLIENT_ID or --tenant-id and --client-id."
        raise FixSetup("There is no workload identity here", then=then)
    return WorkloadIdentity(tenant_id, client_id, file, FEDERATED_FILE)


_NAMED: Mapping[str, Callable[[SignIn, Environment], Credential]] = {
    "managed_identity": _managed_identity,
    "workload_identity": _workload_identity,
}


def _application(options: SignIn, environment: Environment) -> Credential:
    if not options.tenant_id or not options.client_id:
        then = f"Set {ACCESS_TOKEN}, or give --tenant-id and --client-id, or --sign-in-file, or --sign-in."
        raise FixSetup("There are no credentials", then=then)
    if options.certificate:
        return _certificate(options.tenant_id, options.client_id, options.certificate, environment.get(PASSPHRASE))
    secret = environment.get(CLIENT_SECRET)
    if not secret:
        raise FixSetup("There is no secret to sign in with", then=f"Set {CLIENT_SECRET}, or give --certificate.")
    return ClientSecret(options.tenant_id, options.client_id, secret)


def _certificate(tenant_id: str, client_id: str, path: Path, passphrase: str | None) -> Credential:
    origin = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(1 << 20)  # whole chains have some thousand
    except OSError as error:
        raise FixSetup(f"The certificate cannot be read ({error.strerror})", where=origin) from None
    if is_pfx(content):
        return Certificate(tenant_id, client_id, unpacked_pfx(content, passphrase, origin), None, origin)
    try:
        pem = content.decode()
    except UnicodeDecodeError:
        raise FixSetup("The certificate cannot be read (no PEM text)", where=origin) from None
    return Certificate(tenant_id, client_id, pem, passphrase, origin)
