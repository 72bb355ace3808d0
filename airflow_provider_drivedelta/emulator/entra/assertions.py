"""Client assertions: the signed statement by which an app with a certificate says who it is (RFC 7523)."""

import base64
import binascii
from collections.abc import Sequence

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from airflow_provider_drivedelta.emulator.entra.errors import EntraError
from airflow_provider_drivedelta.emulator.entra.sign_in_rules import Federated

_ALGORITHMS = ("RS256", "PS256")


class BadAssertion(ValueError):
    """Not a usable assertion."""


class UnknownCertificate(BadAssertion):
    """Signed with a key that is not registered for the app."""


def check_assertion(assertion: str, *, client_id: str, audiences: Sequence[str], certificates: Sequence[str]) -> None:
    """``certificates`` are the registered ones as PEM; without any, only the shape of the assertion is looked at."""
    header = _header(assertion)
    key = _key(header, certificates) if certificates else None
    try:
        claims = jwt.decode(
            assertion,
            key=key or "",
            algorithms=list(_ALGORITHMS),
            audience=list(audiences),
            options={"verify_signature": key is not None, "verify_aud": True, "verify_exp": True},
        )
    except jwt.InvalidSignatureError:
        raise UnknownCertificate("The key used is not registered.") from None
    except jwt.InvalidTokenError as error:
        raise BadAssertion(str(error)) from None
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise BadAssertion("iss and sub must be the client id")


def check_federated(assertion: str, credentials: Sequence[Federated] | None) -> None:
    """Another issuer's token. Its signature is not looked at: nobody here could fetch the issuer's keys.

    Raises EntraError as Entra does: for what differs from the app's ``credentials`` (None: anything goes), or for a
    token out of its time.
    """
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False, "verify_exp": True})
    except jwt.ExpiredSignatureError:
        raise EntraError("late_assertion", "") from None
    except jwt.InvalidTokenError as error:
        raise EntraError("bad_assertion", str(error)) from None
    if credentials is None:
        return
    left = credentials
    for name, word in (("iss", "issuer"), ("aud", "audience"), ("sub", "subject")):
        left = [credential for credential in left if getattr(credential, word) == claims.get(name)]
        if not left:
            raise EntraError(f"foreign_{word}", str(claims.get(name)))


def is_federated(assertion: str) -> bool:
    """Whether somebody else made it: an app's own one names the certificate that it is signed with."""
    try:
        return not {"x5t", "x5t#S256"} & set(jwt.get_unverified_header(assertion))
    except jwt.InvalidTokenError:
        return False


def _header(assertion: str) -> dict[str, object]:
    try:
        header: dict[str, object] = jwt.get_unverified_header(assertion)
    except jwt.InvalidTokenError as error:
        raise BadAssertion(str(error)) from None
    if header.get("alg") not in _ALGORITHMS:
        raise BadAssertion(f"alg {header.get('alg')} is not accepted")
    if not {"x5t", "x5t#S256"} & set(header):
        raise BadAssertion("no thumbprint of a certificate")
    return header


def _key(header: dict[str, object], certificates: Sequence[str]) -> RSAPublicKey:
    """The public key of the certificate that the thumbprint names."""
    name, algorithm = ("x5t#S256", hashes.SHA256()) if "x5t#S256" in header else ("x5t", hashes.SHA1())
    for pem in certificates:
        certificate = x509.load_pem_x509_certificate(pem.encode("ascii"))
        key = certificate.public_key()
        if certificate.fingerprint(algorithm) == _thumbprint(header[name]) and isinstance(key, RSAPublicKey):
            return key
    raise UnknownCertificate("The key was not found.")


def _thumbprint(text: object) -> bytes:
    try:
        return base64.urlsafe_b64decode(str(text) + "=" * (-len(str(text)) % 4))
    except (binascii.Error, ValueError):
        return b""
