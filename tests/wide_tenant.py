"""A tenant on loopback with everything there is to discover: sites in trees, libraries, lists, users and groups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import Account, Directory, Drive, Emulator, Group, SharePointList, Site
from tests.core.protocols.followed_list import AnyBearer

HOSTILE = "{{ var.value.secret }}\n{% now %}"
TEAM, MARKETING, BELOW, NEW, PERSONAL = (
    "/sites/team",
    "/sites/marketing",
    "/sites/team/plans",
    "/sites/new",
    "/personal/ada_contoso_com",
)


@dataclass(frozen=True)
class WideTenant:
    """Sites by path, drives by name; `owners` as the emulator takes them."""

    sites: dict[str, Site]
    drives: dict[str, Drive]
    owners: dict[str, list[Drive]]
    directory: dict[str, object] = field(default_factory=dict)

    def source(self, drive: str) -> str:
        return f"drives/{self.drives[drive].id}"

    @contextmanager
    def serve(self, **settings: object) -> Iterator[Emulator]:
        accounts = [
            Account("ada@contoso.com", "Ada"),
            Account("bob@contoso.com"),
            Account("svc@contoso.com", "", False),
        ]
        directory = Directory(
            accounts=accounts,
            groups=[Group("Staff")],
            system=[self.drives["Catalog"].id],
            unindexed=[NEW],
            **self.directory,  # type: ignore[arg-type]
        )
        given = {"drives": list(self.drives.values()), "sites": list(self.sites.values()), "owners": self.owners}
        with Emulator(**{**given, "directory": directory, **settings}) as emulator:  # type: ignore[arg-type]
            yield emulator

    @contextmanager
    def called(self, **settings: object) -> Iterator[tuple[Emulator, Transport]]:
        """The emulator, and a transport to its Graph."""
        with self.serve(**settings) as emulator, transport_to(f"{emulator.url}/v1.0") as transport:
            yield emulator, transport


def transport_to(base_url: str) -> Transport:
    """Its waits pass at once, by a clock of its own."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    return Transport(auth=AnyBearer(), base_url=base_url, sleep=sleep, clock=lambda: now[0])


def wide_tenant(**directory: object) -> WideTenant:
    """Root site, a team with a site below it, a site of hostile name, a new one that no index knows, and a OneDrive.

    :param directory: as the emulator's `Directory` takes it, such as `granted`.
    """
    titles = {"/": "Contoso", TEAM: "Team", MARKETING: HOSTILE, BELOW: "Plans", NEW: "New", PERSONAL: "Ada's OneDrive"}
    sites = {path: Site(path, title=title) for path, title in titles.items()}
    for site in sites.values():
        _fill(site)
    drives = {
        name: Drive(name.removesuffix(" 2"), seed=name)
        for name in ("Documents", "Preservation Hold Library", "Catalog", "Plans", "Adverts", "OneDrive", "Staff files")
    }
    of_site = f"sites/contoso.sharepoint.com:{TEAM}"
    owners = {
        of_site: [drives["Documents"], drives["Preservation Hold Library"], drives["Catalog"]],
        f"sites/contoso.sharepoint.com:{BELOW}": [drives["Plans"]],
        f"sites/contoso.sharepoint.com:{MARKETING}": [drives["Adverts"]],
        f"sites/contoso.sharepoint.com:{PERSONAL}": [drives["OneDrive"]],
        "users/ada@contoso.com": [drives["OneDrive"]],
        "groups/Staff": [drives["Staff files"], drives["Documents"]],
    }
    return WideTenant(sites, drives, owners, directory)


def _fill(site: Site) -> None:
    site.add_list("Tasks").add({"Title": "Draw a plan"})
    for title, template in (
        ("Documents", "documentLibrary"),
        ("People", "userInformation"),
        ("Catalog", "masterPageCatalog"),
    ):
        own: SharePointList = site.add_list(title)
        own.template, own.hidden, own.system = template, title == "People", title == "Catalog"
