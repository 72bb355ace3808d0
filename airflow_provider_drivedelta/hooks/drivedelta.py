"""DriveDeltaHook: a Connection in, a signed and checked way to the service out."""

from __future__ import annotations

import threading
from functools import cached_property, partial
from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import BaseHook, mask_secret

from airflow_provider_drivedelta.hooks import form
from airflow_provider_drivedelta.hooks.discovery import DiscoveryMixin
from airflow_provider_drivedelta.hooks.health import HealthMixin
from airflow_provider_drivedelta.hooks.masking import TokenMask

if TYPE_CHECKING:  # what these bring along must not weigh on the parsing of DAGs
    from requests.auth import AuthBase

    from airflow_provider_drivedelta.core.protocols.graph_drive import DriveFound
    from airflow_provider_drivedelta.core.sources import Drive
    from airflow_provider_drivedelta.core.transport import RetryPolicy, Transport
    from airflow_provider_drivedelta.core.transport.body import BodyLimits
    from airflow_provider_drivedelta.hooks.connection import Settings

_mask_token = TokenMask(mask_secret)  # one for the process, whose masks Airflow keeps


class DriveDeltaHook(DiscoveryMixin, HealthMixin, BaseHook):
    """
    Signs in to Microsoft 365 with a Connection of type ``drivedelta``, or an existing one of type ``msgraph``.

    :param drivedelta_conn_id: the Connection's id
    """

    conn_name_attr = "drivedelta_conn_id"
    default_conn_name = "drivedelta_default"
    conn_type = "drivedelta"
    hook_name = "Microsoft 365 (DriveDelta)"

    def __init__(self, drivedelta_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.drivedelta_conn_id = drivedelta_conn_id
        self._signed_in: dict[str, AuthBase] = {}  # by scope
        self._lock = threading.Lock()
        self._saves_sign_in = True

    @cached_property
    def settings(self) -> Settings:
        """The Connection, checked; from here on its secrets are masked in every log.

        :raises FixSetup: a field is missing or wrong.
        """
        from airflow_provider_drivedelta.hooks.connection import read_settings, secrets_of
        from airflow_provider_drivedelta.hooks.refresh_tokens import VariableRefreshTokens

        conn = self.get_connection(self.drivedelta_conn_id)
        for secret in secrets_of(conn):
            mask_secret(secret)
        keep = partial(VariableRefreshTokens, conn.conn_id, hide=_mask_token, saves=self._saves_sign_in)
        return read_settings(conn, keep=keep)

    @property
    def base_url(self) -> str:
        """The service's base address, such as ``https://graph.microsoft.com/v1.0``."""
        return self.settings.base_url

    def get_conn(self) -> Transport:
        """The transport with its defaults; the caller closes it."""
        return self.transport()

    def transport(
        self,
        *,
        base_url: str = "",
        max_wait: float = 600.0,
        policy: RetryPolicy | None = None,
        limits: BodyLimits | None = None,
    ) -> Transport:
        """
        A new HTTP session to the Connection's host, or to a SharePoint site; a context manager.

        :param base_url: a SharePoint site to speak to with the Connection's credentials, instead of its base address;
            it must be on the Connection's own host, or at SharePoint in the cloud that the Connection is to
        :param max_wait: seconds of throttling to sit out in all
        :param policy: how often one request is tried
        :param limits: time-outs and the size of one answer
        :raises FixSetup: nothing was sent: the site is elsewhere, or SharePoint does not take such credentials.
        """
        from airflow_provider_drivedelta.core.transport import Transport
        from airflow_provider_drivedelta.hooks.connection import at_site

        settings = at_site(self.settings, base_url) if base_url else self.settings
        return Transport(
            auth=self._auth(settings),
            base_url=settings.base_url,
            verify=settings.verify,
            proxies=settings.proxies,
            max_wait=max_wait,
            policy=policy,
            limits=limits,
        )

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, object]:
        """Asked by Airflow 3.1 only; later ones read the provider's description."""
        return {name.replace("-", "_"): value for name, value in form.behaviour().items()}

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, object]:
        """Asked by Airflow 3.1 only; later ones read the provider's description."""
        return form.widgets()

    def test_connection(self) -> tuple[bool, str]:
        """Sign in and look one drive up; says in words what is wrong. Bounded: the API server waits for it."""
        from airflow_provider_drivedelta.core.errors import DriveDeltaError
        from airflow_provider_drivedelta.hooks.hints import hint

        self._saves_sign_in = False  # the API server may not write Variables; Entra lets a used refresh token live
        try:
            settings = self.settings
        except DriveDeltaError as fault:
            return False, str(fault)
        try:
            drive = self.find_drive(self._drive_to_test())
        except DriveDeltaError as fault:
            return False, f"{fault}{hint(fault, settings)}"
        return True, f"Signed in; drive {drive.name or drive.id!r} can be read."

    def find_drive(self, source: Drive) -> DriveFound:
        """
        The drive as the service describes it: one request, tried twice and for seconds only.

        :param source: which drive
        """
        from airflow_provider_drivedelta.clouds import is_graph
        from airflow_provider_drivedelta.core.locate import find_drive

        protocol = "graph" if is_graph(self.base_url) else "view.delta"
        with self.shortly() as transport:
            return find_drive(source, base_url=self.base_url, transport=transport, protocol=protocol)

    def shortly(self, *, base_url: str = "") -> Transport:
        """
        The transport for a question that nobody should wait for: tried twice and for seconds only.

        :param base_url: a SharePoint site, instead of the Connection's base address
        """
        from airflow_provider_drivedelta.core.transport import RetryPolicy
        from airflow_provider_drivedelta.core.transport.body import BodyLimits

        limits = BodyLimits(connect=5, idle=10, whole=15)
        return self.transport(base_url=base_url, max_wait=5, policy=RetryPolicy(attempts=2), limits=limits)

    def _drive_to_test(self) -> Drive:
        from airflow_provider_drivedelta.clouds import is_graph
        from airflow_provider_drivedelta.core.sources import Drive

        # Of all that needs no id, Graph's root site has the one library that Files.Read.All alone may read; the
        # older interfaces know no drive without an id but the signed-in user's own.
        without_id = "sites/root" if is_graph(self.base_url) else "me"
        return Drive.parse(self.settings.drive_id or without_id)

    def _auth(self, settings: Settings) -> AuthBase:
        """One for all transports of this hook to the same resource, so that they share one sign-in."""
        from airflow_provider_drivedelta.core.auth import BearerToken, MsalAuth
        from airflow_provider_drivedelta.hooks.connection import ReadyToken

        if isinstance(settings.credential, ReadyToken):
            return BearerToken(settings.credential.token)
        with self._lock:
            if settings.scope not in self._signed_in:
                self._signed_in[settings.scope] = MsalAuth(
                    settings.credential,
                    scope=settings.scope,
                    authority=settings.authority,
                    verify=settings.verify,
                    proxies=settings.proxies,
                    instance_discovery=settings.instance_discovery,
                    hide=_mask_token,
                )
            return self._signed_in[settings.scope]
