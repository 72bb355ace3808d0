"""Sign-in as an application with a certificate, which signs an assertion; as PEM, or unpacked from a PFX."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.core.auth.application import open_application
from airflow_provider_drivedelta.core.auth.credential import SignInPlace, TokenSource
from airflow_provider_drivedelta.core.errors import FixSetup

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_PUBLIC = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_PRIVATE = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Certificate:
    """An application's certificate: one PEM text with the private key and the certificate itself.

    :param origin: where the text is from, for messages: a field of a form, a file.
    """

    tenant_id: str
    client_id: str
    pem: str = field(repr=False)
    passphrase: str | None = field(default=None, repr=False)
    origin: str = field(default="the certificate", compare=False)

    @property
    def who(self) -> str:
        return f"tenant {self.tenant_id}, client {self.client_id}, {self.origin}"

    def open(self, place: SignInPlace) -> TokenSource:
        return open_application(place, self.tenant_id, self.client_id, self.for_msal())

    def for_msal(self) -> dict[str, str]:
        """:raises FixSetup: one of the two is not in the text, or they cannot be used together."""
        public, key = _PUBLIC.search(self.pem), _PRIVATE.search(self.pem)
        if not public or not key:
            absent = "private key" if public else "certificate"
            what = f"The certificate's PEM text holds no {absent}"
            raise FixSetup(what, where=self.origin, then="Give both, one after the other.")
        _check_pair(self._private_key(key[0]), public[0], self.origin)
        proof = {"private_key": key[0], "public_certificate": public[0]}
        return proof | ({"passphrase": self.passphrase} if self.passphrase else {})

    def _private_key(self, pem: str) -> PrivateKeyTypes:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # as slow to import as msal

        try:
            return load_pem_private_key(pem.encode(), self.passphrase.encode() if self.passphrase else None)
        except TypeError:  # a passphrase too few, or one too many
            what, then = _NOT_LOCKED if self.passphrase else _LOCKED
        except (ValueError, UnsupportedAlgorithm):
            what, then = "The certificate's private key cannot be read", "Check the PEM text and its passphrase."
        raise FixSetup(what, where=self.origin, then=then)


_LOCKED = ("The certificate's private key is locked", "Give its passphrase.")
_NOT_LOCKED = (
    "The certificate's private key needs no passphrase, yet one is given",
    "Empty the passphrase and the client secret, which is taken for one beside a certificate.",
)


def _check_pair(private: PrivateKeyTypes, public: str, origin: str) -> None:
    """What MSAL would raise later as an error of anything, said now as what it is."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    try:
        certified = x509.load_pem_x509_certificate(public.encode()).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise FixSetup("The certificate itself cannot be read", where=origin, then="Check the PEM text.") from None
    if not isinstance(private, RSAPrivateKey):
        then = "Entra takes no others: make a new pair."
        raise FixSetup("The certificate's private key is no RSA key", where=origin, then=then)
    if private.public_key() != certified:
        then = "Give the two that were made together."
        raise FixSetup("The private key is not the certificate's", where=origin, then=then)


def is_pfx(content: bytes) -> bool:
    """Whether it may be one: PKCS #12 is DER, which begins with a long sequence, and no text does with these bytes."""
    return content.startswith((b"\x30\x80", b"\x30\x82"))


def unpacked_pfx(content: bytes, passphrase: str | None, origin: str) -> str:
    """Key and certificate of a PFX (PKCS #12) as one PEM text, unlocked; it never leaves the process.

    MSAL itself takes a PFX as a file alone, and what was pasted into a form is none.

    :raises FixSetup: it is no PFX, or locked with another passphrase, or lacks one of the two.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        what = "The certificate is neither PEM text nor a PFX that the passphrase opens"
        raise FixSetup(what, where=origin, then="Check the file and its passphrase.") from None
    if key is None or certificate is None:
        absent = "private key" if key is None else "certificate"
        raise FixSetup(f"The PFX holds no {absent}", where=origin, then="Export both together.")
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode("ascii")
