"""Discovery with a Connection: which sites, drives and lists there are to follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:  # what these bring along must not weigh on the parsing of DAGs
    from airflow_provider_drivedelta.core.discovery.drives import DriveOwner
    from airflow_provider_drivedelta.core.discovery.lists import Lists
    from airflow_provider_drivedelta.core.discovery.service import Service
    from airflow_provider_drivedelta.core.discovery.sites import SiteListing
    from airflow_provider_drivedelta.core.found import Discovery, FoundDrive, FoundList, FoundOwner, FoundSite
    from airflow_provider_drivedelta.core.transport import Transport


class SignsIn(Protocol):
    """The part of the hook that discovery stands on."""

    @property
    def base_url(self) -> str: ...

    def transport(self, *, base_url: str = "", max_wait: float = 600.0) -> Transport: ...


class DiscoveryMixin:
    """The hook's methods that find what may be followed. Each reads everything there is before it returns.

    Their arguments in common: patterns (``include``, ``exclude`` …) are a shell's, for a whole name or address;
    ``strict`` makes the first site, user or group that is refused an error; ``max_wait`` is how many seconds of
    throttling to sit out in all.
    """

    def discover_sites(
        self: SignsIn,
        sites: Sequence[str] = (),
        *,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        subsites: bool = False,
        personal: bool = False,
        listing: SiteListing = "all",
        strict: bool = False,
        max_wait: float = 600.0,
    ) -> Discovery[FoundSite]:
        """
        The tenant's sites, or those that are named.

        :param sites: addresses or ids; with ``Sites.Selected`` they must be named
        :param subsites: also what is below them
        :param personal: also the sites behind users' OneDrives
        :param listing: ``all``, or ``search`` for what the search index has, which a signed-in user may ask too
        :raises FixSetup: the tenant cannot be listed; or, with ``strict``, a site may not be seen.
        :raises RetryLater: the service is not up to it now.
        """
        from airflow_provider_drivedelta.core.discovery.sites import SiteWishes, discover_sites
        from airflow_provider_drivedelta.core.discovery.wanted import Wanted

        wishes = SiteWishes(
            sites=sites,
            wanted=Wanted(include, exclude),
            subsites=subsites,
            personal=personal,
            listing=listing,
            strict=strict,
        )
        with _graph(self, max_wait) as service:
            return discover_sites(wishes, service)

    def discover_users(
        self: SignsIn,
        *,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        unlicensed: bool = False,
        max_wait: float = 600.0,
    ) -> Discovery[FoundOwner]:
        """
        The tenant's users; those without any licence are left out, as they have no drive.

        :raises FixSetup: the tenant's users cannot be listed.
        :raises RetryLater: the service is not up to it now.
        """
        from airflow_provider_drivedelta.core.discovery.users import discover_users
        from airflow_provider_drivedelta.core.discovery.wanted import Wanted

        with _graph(self, max_wait) as service:
            return discover_users(service, wanted=Wanted(include, exclude), unlicensed=unlicensed)

    def discover_drives(
        self: SignsIn,
        of: Sequence[DriveOwner] = ("sites",),
        *,
        sites: Sequence[str] = (),
        users: Sequence[str] = (),
        groups: Sequence[str] = (),
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        include_sites: Sequence[str] = (),
        exclude_sites: Sequence[str] = (),
        subsites: bool = False,
        personal: bool = False,
        listing: SiteListing = "all",
        system: bool = False,
        unlicensed: bool = False,
        strict: bool = False,
        max_wait: float = 600.0,
    ) -> Discovery[FoundDrive]:
        """
        The document libraries of sites, and the drives of users and groups.

        :param of: whose drives: ``sites``, ``users``, ``groups``, or several of these
        :param sites: addresses or ids of sites; ``users`` and ``groups`` likewise; all of the tenant's by default
        :param system: also libraries that are the service's own
        :param unlicensed: also ask for the drives of users without any licence
        :raises FixSetup: the tenant cannot be listed; or, with ``strict``, one of them may not be seen.
        :raises RetryLater: the service is not up to it now.
        """
        from airflow_provider_drivedelta.core.discovery.drives import DriveWishes, discover_drives
        from airflow_provider_drivedelta.core.discovery.sites import SiteWishes
        from airflow_provider_drivedelta.core.discovery.wanted import Wanted

        on = Wanted(include_sites, exclude_sites)
        wishes = DriveWishes(
            of=of,
            sites=SiteWishes(sites=sites, wanted=on, subsites=subsites, personal=personal, listing=listing),
            users=users,
            groups=groups,
            wanted=Wanted(include, exclude),
            system=system,
            unlicensed=unlicensed,
            strict=strict,
        )
        with _graph(self, max_wait) as service:
            return discover_drives(wishes, service)

    def discover_lists(
        self: SignsIn,
        sites: Sequence[str] = (),
        *,
        protocol: Literal["graph", "sharepoint"] = "graph",
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        include_sites: Sequence[str] = (),
        exclude_sites: Sequence[str] = (),
        subsites: bool = False,
        personal: bool = False,
        listing: SiteListing = "all",
        hidden: bool = False,
        libraries: bool = False,
        strict: bool = False,
        max_wait: float = 600.0,
    ) -> Discovery[FoundList]:
        """
        The lists of sites.

        :param protocol: ask Microsoft ``graph``, or each site itself, which takes a certificate (``sharepoint``)
        :param hidden: also hidden lists and the service's own
        :param libraries: also document libraries, which are drives as well
        :raises FixSetup: the tenant cannot be listed; or, with ``strict``, a site may not be seen.
        :raises RetryLater: the service is not up to it now.
        """
        from airflow_provider_drivedelta.clouds import is_graph
        from airflow_provider_drivedelta.core.discovery.lists import ListWishes, discover_lists
        from airflow_provider_drivedelta.core.discovery.sites import SiteWishes
        from airflow_provider_drivedelta.core.discovery.wanted import Wanted

        on = Wanted(include_sites, exclude_sites)
        wishes = ListWishes(
            sites=SiteWishes(sites=sites, wanted=on, subsites=subsites, personal=personal, listing=listing),
            wanted=Wanted(include, exclude),
            hidden=hidden,
            libraries=libraries,
            strict=strict,
        )

        def at_site(site: str, do: Callable[[Transport], Lists]) -> Lists:
            with self.transport(base_url=site, max_wait=max_wait) as transport:
                return do(transport)

        itself = at_site if protocol == "sharepoint" else None
        if itself is not None and not is_graph(self.base_url):
            return discover_lists(wishes, at_site=itself)
        with _graph(self, max_wait) as service:
            return discover_lists(wishes, service, at_site=itself)


@contextmanager
def _graph(hook: SignsIn, max_wait: float) -> Iterator[Service]:
    """:raises FixSetup: the Connection is to another service, which does not tell what there is."""
    from airflow_provider_drivedelta.clouds import is_graph
    from airflow_provider_drivedelta.core.discovery.service import Service
    from airflow_provider_drivedelta.core.errors import FixSetup

    if not is_graph(hook.base_url):
        then = "Use a connection to Microsoft Graph; lists of named sites are found with protocol='sharepoint' too."
        raise FixSetup("Only Microsoft Graph tells which sites, users and drives there are", then=then)
    with hook.transport(max_wait=max_wait) as transport:
        yield Service(hook.base_url, transport)
