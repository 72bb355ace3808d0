"""Certificates of applications, made for tests: as PEM and as PFX."""

from __future__ import annotations

from dataclasses import dataclass

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12


@dataclass(frozen=True)
class Issued:
    """A key with its certificate, and the certificate alone, as PEM."""

    both: str
    public: str

    @classmethod
    def now(cls) -> Issued:
        leaf = trustme.CA().issue_cert("app.contoso.com", key_type=trustme.KeyType.RSA)  # Entra takes RSA only
        return cls(leaf.private_key_and_cert_chain_pem.bytes().decode(), leaf.cert_chain_pems[0].bytes().decode())

    def pfx(self, passphrase: str = "", *, key: bool = True, certificate: bool = True) -> bytes:
        """Locked if there is a passphrase; without one of the two if so said."""
        private = serialization.load_pem_private_key(self.both.encode(), None)
        public = x509.load_pem_x509_certificate(self.public.encode())
        open_to_all = serialization.NoEncryption()
        lock = serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else open_to_all
        parts = private if key else None, public if certificate else None
        return pkcs12.serialize_key_and_certificates(b"app", *parts, None, lock)  # type: ignore[arg-type]

    def locked(self, passphrase: str) -> str:
        """As PEM, the key locked."""
        private = serialization.load_pem_private_key(self.both.encode(), None)
        lock = serialization.BestAvailableEncryption(passphrase.encode())
        key = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
        return key.decode() + self.public
