"""The emulator as a whole: start it, talk to it, steer it, stop it."""

import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from airflow_provider_drivedelta.emulator.app import build_app
from airflow_provider_drivedelta.emulator.certificates import issue_certificates
from airflow_provider_drivedelta.emulator.clock import Clock
from airflow_provider_drivedelta.emulator.control import Control, ExpireOrder
from airflow_provider_drivedelta.emulator.directory import Directory
from airflow_provider_drivedelta.emulator.drive import Drive
from airflow_provider_drivedelta.emulator.entra.bearer import Bearers
from airflow_provider_drivedelta.emulator.entra.claims import LATER
from airflow_provider_drivedelta.emulator.entra.sign_in import SignIn
from airflow_provider_drivedelta.emulator.entra.sign_in_rules import SignInRules
from airflow_provider_drivedelta.emulator.faults.plan import Fault, FaultPlan, read_faults
from airflow_provider_drivedelta.emulator.folder import FolderMirror, folder_drive
from airflow_provider_drivedelta.emulator.identity import Flavour
from airflow_provider_drivedelta.emulator.listener import LOOPBACK, Listeners
from airflow_provider_drivedelta.emulator.lists.site import Site
from airflow_provider_drivedelta.emulator.request_log import LoggedRequest, RequestLog
from airflow_provider_drivedelta.emulator.tenant import Mirror, Tenant

PAGE_SIZE = 200


class Emulator:
    """Microsoft 365 on loopback, for the length of a ``with`` block.

    Serves ``folder`` (a real one) and ``drives``; without either, one empty drive. ``owners`` maps ``users/{id}``,
    ``groups/{id}``, ``sites/{id}`` to their drives; left out, everybody owns the first. ``denied`` are drive ids that
    answer 403. ``sites`` are SharePoint sites with their lists; ``directory`` says who else is in the tenant. On plain
    http any non-empty bearer token will do, on https only one that the sign-in issued, unless ``open_http`` and
    ``open_https`` say otherwise. ``page_size`` is the most that a page holds, whatever ``$top`` asks.
    """

    def __init__(
        self,
        *,
        folder: Path | str | None = None,
        drives: Sequence[Drive] = (),
        personal: bool = False,
        owners: Mapping[str, Sequence[Drive]] | None = None,
        sites: Sequence[Site] = (),
        directory: Directory | None = None,
        denied: Collection[str] = (),
        page_size: int = PAGE_SIZE,
        http_port: int = 0,
        https_port: int = 0,
        clock: Clock | None = None,
        faults: Sequence[Fault] = (),
        sign_in: SignInRules | None = None,
        open_http: bool = True,
        open_https: bool = False,
    ) -> None:
        flavour = Flavour.PERSONAL if personal else Flavour.BUSINESS
        mirrors: dict[str, Mirror] = {}
        served = list(drives)
        if folder is not None:
            mirrored = folder_drive(Path(folder), flavour)
            mirrors[mirrored.id] = FolderMirror(mirrored, Path(folder))
            served.insert(0, mirrored)
        self.clock = clock or Clock()
        self.sites = tuple(sites)
        self.drives = served or [Drive(flavour=flavour)]
        tenant = Tenant(
            self.drives,
            self.clock,
            owners=owners,
            denied=denied,
            mirrors=mirrors,
            sites=self.sites,
            directory=directory,
        )
        schemes = {"http": open_http, "https": open_https}
        bearers = Bearers(self.clock, open_schemes=frozenset(scheme for scheme, is_open in schemes.items() if is_open))
        self._control = Control(tenant, FaultPlan(faults), RequestLog(), bearers)
        self._entra = SignIn(sign_in or SignInRules(), bearers, self.clock)
        self._app = build_app(self._control, page_size=page_size, entra=self._entra)
        self._ports = http_port, https_port

    def __enter__(self) -> Self:
        self._temporary = tempfile.TemporaryDirectory(prefix="drivedelta-emulator-")
        certificates = issue_certificates(Path(self._temporary.name))
        self._listeners = Listeners(self._app)
        try:
            self.ca_file = str(certificates.ca)
            self.url = f"http://{LOOPBACK}:{self._listeners.add(self._ports[0])}"
            self.https_url = f"https://localhost:{self._listeners.add(self._ports[1], certificates.server)}"
            for served in self._control.tenant.served:
                served.refresh()
            self._listeners.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        self._listeners.stop()
        self._temporary.cleanup()

    @property
    def drive(self) -> Drive:
        """The default drive: change it, and the next delta says so."""
        return self.drives[0]

    @property
    def site(self) -> Site:
        """The first site: change its lists, and their changes say so."""
        return self._control.tenant.site("")

    @property
    def requests(self) -> list[LoggedRequest]:
        return self._control.log.entries

    def clear_requests(self) -> None:
        self._control.log.clear()

    def tree(self, drive: str = "") -> list[dict[str, object]]:
        """The truth: id, path, name, parent_id, is_folder, size, etag, ctag and quick_xor_hash of all but the root."""
        return self._control.tree(drive)

    def expire(
        self,
        *,
        drive: str = "",
        flavour: str = "apply",
        code: str = "",
        inner_code: str = "",
        location: bool | str = True,
        message_only: bool = True,
    ) -> None:
        """Refuses with 410 every delta token issued so far; see ``ExpireOrder`` for how."""
        order = ExpireOrder(
            drive=drive,
            flavour=flavour,
            code=code,
            inner_code=inner_code,
            location=location,
            message_only=message_only,
        )
        self._control.expire(order)

    def faults(self, rules: Sequence[Fault] | object) -> None:
        """Adds rules to the fault plan: ``Fault`` values, or the JSON that ``POST /_emulator/faults`` takes."""
        given = rules if isinstance(rules, list) else [rules]
        self._control.plan.add(rule for rule in given if isinstance(rule, Fault))
        self._control.plan.add(read_faults([rule for rule in given if not isinstance(rule, Fault)]))

    def clear_faults(self) -> None:
        self._control.plan.clear()

    def revoke(self) -> None:
        """Every access token seen so far is refused from now on."""
        self._control.bearers.revoke_all()

    def challenge(self, claims: Mapping[str, object] = LATER) -> None:
        """Refuses with a claims challenge every token that was not asked for with these claims; none end it."""
        self._entra.demand.make(claims)

    def approve(self, user_code: str, *, accepted: bool = True) -> None:
        """A person types the code of a sign-in by device code in, and accepts or declines."""
        self._entra.codes.answer(user_code, accepted=accepted)
