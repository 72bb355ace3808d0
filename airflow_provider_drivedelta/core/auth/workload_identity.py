"""Sign-in by workload identity federation: another issuer's token, read from a file, stands for a secret."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from airflow_provider_drivedelta.core.auth.application import open_application
from airflow_provider_drivedelta.core.auth.credential import SignInPlace, TokenSource
from airflow_provider_drivedelta.core.errors import FixSetup

_LONGEST = 1 << 16  # bytes; such tokens have one or two thousand


@dataclass(frozen=True, slots=True)
class WorkloadIdentity:
    """A federated token in a file, which Kubernetes and its like renew every hour or so.

    :param origin: where the file's name is from, for messages.
    """

    tenant_id: str
    client_id: str
    token_file: str
    origin: str = "the federated token file"

    @property
    def who(self) -> str:
        return f"tenant {self.tenant_id}, client {self.client_id}, {self.origin}"

    def open(self, place: SignInPlace) -> TokenSource:
        # The method, not its answer: MSAL calls it for each sign-in, and the file is another by then.
        return open_application(place, self.tenant_id, self.client_id, {"client_assertion": self.assertion})

    def assertion(self) -> str:
        """:raises FixSetup: the file cannot be read, or holds no token."""
        try:
            with Path(self.token_file).open("rb") as file:
                token = file.read(_LONGEST + 1).strip()
        except OSError as error:
            what = f"{self.origin}: {self.token_file} cannot be read ({error.strerror})"
            raise FixSetup(what, then="The file must be on every worker, readable to Airflow.") from None
        if token.count(b".") != 2 or len(token) > _LONGEST or not token.isascii():
            what = f"{self.origin}: {self.token_file} holds no token"
            raise FixSetup(what, then="It must hold one JSON web token and nothing else.")
        return token.decode("ascii")
