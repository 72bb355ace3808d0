"""A tenant that one may sign in to in every way, each with a secret that is a canary, and the Connections for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import trustme
from cryptography.hazmat.primitives import serialization

from airflow_provider_drivedelta.emulator import ClientRules, Drive, Emulator, Field, SignInRules, Site
from tests.conftest import Contoso
from tests.security.canaries import BEARER, PLANTED

SECRET = "c4nary~cl1ent.secret_9"
WRONG = "c4nary~wr0ng.secret_8"
PASSPHRASE = "c4nary pa5s/phrase+3"
REFRESH = "0.c4nary-r3fresh.token_5"


@dataclass(frozen=True)
class Confidant:
    """The tenant, and the fields of a Connection by the way of signing in."""

    contoso: Contoso

    @property
    def connections(self) -> Mapping[str, Mapping[str, object]]:
        made = self.contoso.signing_in
        key, _ = _key_pair()
        host = {"host": f"{self.contoso.emulator.url}/v1.0"}
        return {
            "secret": made(password=SECRET),
            "certificate": made(password="", private_key=key, passphrase=PASSPHRASE),
            "refresh token": made(password="", refresh_token=REFRESH),
            "bearer": host | {"extra": json.dumps({"access_token": BEARER})},
            "wrong secret": made(password=WRONG),
            "wrong passphrase": made(password="", private_key=key, passphrase=WRONG),
            "wrong refresh token": made(password="", refresh_token=WRONG),
        }

    @property
    def secrets(self) -> dict[str, str]:
        """The canaries, and the middle of the private key: the part of a PEM that is like no other."""
        key, _ = _key_pair()
        said = {"client secret": SECRET, "wrong word": WRONG, "passphrase": PASSPHRASE, "refresh token": REFRESH}
        return dict(PLANTED) | said | {"private key": key.splitlines()[9]}


@contextmanager
def confide() -> Iterator[Confidant]:
    drive, site = Drive("Documents", seed="confident"), Site("/sites/team")
    tasks = site.add_list("Tasks", [Field("State", "Choice", choices=("open", "done"))])
    for number in range(3):
        drive.create_file(f"{number}.txt", b"x")
        tasks.add({"Title": f"{number}", "State": "open"})
    app = ClientRules(secrets=frozenset({SECRET}), certificates=(_key_pair()[1],))
    rules = SignInRules(
        tenants=frozenset({"contoso.com"}), clients={"app": app}, refresh_tokens=frozenset({REFRESH}), one_use=True
    )
    with Emulator(drives=[drive], sites=[site], sign_in=rules, page_size=4) as emulator:
        yield Confidant(Contoso(emulator))


@cache
def _key_pair() -> tuple[str, str]:
    """A PEM with certificate and private key, the key under a passphrase, and one with the certificate alone."""
    issued = trustme.CA().issue_cert("app.contoso.com", key_type=trustme.KeyType.RSA)
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), password=None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSPHRASE.encode()),
    )
    public = issued.cert_chain_pems[0].bytes().decode()
    return locked.decode() + public, public
