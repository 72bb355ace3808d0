"""Sign-in with the managed identity of the Azure machine or container we run on; there is no secret at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from airflow_provider_drivedelta.core.auth.credential import CAPABILITIES, Granted, SignInPlace, TokenSource
from airflow_provider_drivedelta.core.errors import FixSetup, RetryLater

if TYPE_CHECKING:
    import msal

_ADDRESS = "this machine's managed identity"


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """The identity assigned by the system, or one of a user's, named by one of its three ids.

    :param kind: which id `id` is; empty for the system's.
    :param origin: where the id is from, for messages.
    """

    kind: Literal["", "client_id", "resource_id", "object_id"] = ""
    id: str = ""
    origin: str = ""

    @property
    def who(self) -> str:
        named = f"{self.origin or self.kind} {self.id}" if self.kind else "assigned by the system"
        return f"managed identity, {named}"

    def open(self, place: SignInPlace) -> TokenSource:
        import msal

        system = msal.SystemAssignedManagedIdentity
        identity = msal.UserAssignedManagedIdentity(**{self.kind: self.id}) if self.kind else system()
        client = msal.ManagedIdentityClient(identity, http_client=place.direct_http, client_capabilities=CAPABILITIES)
        return _MachineIdentity(client, self.who)


@dataclass(frozen=True, slots=True)
class _MachineIdentity:
    client: msal.ManagedIdentityClient
    who: str

    @property
    def address(self) -> str:
        return _ADDRESS

    def acquire(self, scope: str, claims: str | None) -> Granted:
        resource = scope.removesuffix("/.default")  # MSAL asks these endpoints for resources, not scopes
        try:
            granted = self.client.acquire_token_for_client(resource=resource, claims_challenge=claims)
        except OSError as error:  # what requests raises is one
            what = f"No managed identity answers here ({type(error).__name__})"
            then = "It does on machines and containers in Azure that have one, such as a VM, AKS or App Service."
            raise RetryLater(what, where=self.who, then=then) from None
        except (ValueError, TypeError, KeyError, AttributeError):  # what MSAL makes of an answer it does not expect
            what = "What answers on this machine gives no managed identities"
            raise FixSetup(what, where=self.who, then="Check IDENTITY_ENDPOINT and its like.") from None
        if "access_token" not in granted:
            # Each kind of endpoint has its own way to say why, and none a number to look up.
            then = "Check its id, and that it is assigned to the machine; or choose another way to sign in."
            raise FixSetup("The managed identity gives no token", where=self.who, then=then)
        return dict(granted)
