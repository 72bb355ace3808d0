"""Who may sign in to the emulator, how, and with what."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Federated:
    """A federated credential of an app: whose tokens stand for its secret."""

    issuer: str
    subject: str
    audience: str = "api://AzureADTokenExchange"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRules:
    """What one app may sign in with; certificates as PEM. ``public`` apps sign people in without a secret.

    With ``roles`` its tokens name them, and the services refuse what they do not open.
    """

    secrets: frozenset[str] = frozenset()
    expired_secrets: frozenset[str] = frozenset()
    certificates: tuple[str, ...] = ()
    federated: tuple[Federated, ...] = ()
    public: bool = True
    roles: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRules:
    """Who may sign in; ``None`` means anybody. ``expires_in`` is the life of an access token in seconds.

    ``refresh_tokens`` are those that were given before the emulator was there; with ``one_use`` each is good once,
    where Entra lets a used one live. ``identities`` are the ids of the machine's managed identities, ``""`` being the
    system's; ``identity_header`` is what an App Service's endpoint wants to be shown.
    """

    tenants: frozenset[str] | None = None
    clients: Mapping[str, ClientRules] | None = None
    expires_in: int = 3599
    refresh_tokens: frozenset[str] | None = None
    one_use: bool = False
    device_interval: int = 5
    device_expires_in: int = 900
    identities: frozenset[str] | None = None
    identity_header: str = "identity-header"

    def knows_tenant(self, tenant: str) -> bool:
        return self.tenants is None or tenant.casefold() in {name.casefold() for name in self.tenants}
