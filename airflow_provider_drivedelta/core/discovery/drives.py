"""Which drives there are: the document libraries of sites, and the drives of users and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from airflow_provider_drivedelta.core.changes import Answer
from airflow_provider_drivedelta.core.discovery.service import Service
from airflow_provider_drivedelta.core.discovery.sites import SiteWishes, discover_sites
from airflow_provider_drivedelta.core.discovery.tally import Tally
from airflow_provider_drivedelta.core.discovery.users import discover_users
from airflow_provider_drivedelta.core.discovery.wanted import Wanted
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.found import Discovery, FoundDrive, FoundOwner, shown
from airflow_provider_drivedelta.core.protocols.graph_collections import Some
from airflow_provider_drivedelta.core.protocols.graph_owners import (
    ask_for_drives,
    ask_for_groups,
    read_drives,
    read_drives_if_any,
    read_groups,
)
from airflow_provider_drivedelta.core.sources import normal_drive_id

DriveOwner = Literal["sites", "users", "groups"]

# With Sites.Selected a site without a grant may answer as if it were empty.
_NOTHING_SHOWN = "It shows this application no drive"
_GRANT = "Check the name, and grant the site to the application where it has Sites.Selected; or leave it out."


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveWishes:
    """Which drives are looked for.

    :param of: whose: `sites`, `users`, `groups`, or several of these.
    :param sites: which sites, of `sites`.
    :param users: which users, by id or name; all of the tenant where none is given.
    :param groups: which groups, by id; all of the tenant where none is given.
    :param wanted: patterns for the name (`Marketing / Documents`) or the address of a drive.
    :param system: also libraries that are the service's own, such as what a retention policy keeps.
    :param unlicensed: also ask for the drives of users without any licence.
    :param strict: whether a site, user or group that is refused ends it all.
    """

    of: Sequence[DriveOwner] = ("sites",)
    sites: SiteWishes = field(default_factory=SiteWishes)
    users: Sequence[str] = ()
    groups: Sequence[str] = ()
    wanted: Wanted = field(default_factory=Wanted)
    system: bool = False
    unlicensed: bool = False
    strict: bool = False

    def __post_init__(self) -> None:
        """:raises FixSetup: owners are named that would not be looked at."""
        named = {"sites": self.sites.sites, "users": self.users, "groups": self.groups}
        for kind, names in named.items():
            if names and kind not in self.of:
                what = f"{kind} are named, but only drives of {' and '.join(self.of)} are asked for"
                raise FixSetup(what, then=f"Add {kind!r} to `of`, or leave the names out.")


@dataclass(frozen=True, slots=True)
class _Owners:
    """Some of a kind. `named` are owed an answer: if one has no drive, that is a refusal and no matter of course."""

    kind: DriveOwner
    owners: Sequence[FoundOwner]
    named: bool

    @property
    def read(self) -> Callable[[Answer], Some[FoundDrive]]:
        return read_drives if self.named or self.kind == "sites" else read_drives_if_any


def discover_drives(wishes: DriveWishes, service: Service) -> Discovery[FoundDrive]:
    """
    :raises FixSetup: the tenant cannot be listed; or, with `strict`, a site, user or group may not be seen.
    :raises RetryLater: the service is not up to it now.
    """
    tally = Tally[FoundDrive](strict=wishes.strict)
    for owners in _owners(wishes, service, tally):
        _gather(owners, wishes, service, tally)
    return tally.result()


def _owners(wishes: DriveWishes, service: Service, tally: Tally[FoundDrive]) -> Iterator[_Owners]:
    if "sites" in wishes.of:
        sites = discover_sites(replace(wishes.sites, strict=wishes.strict), service)
        tally.take_over(sites)
        found = [FoundOwner(route=f"sites/{site.id}", name=site.name) for site in sites.found]
        yield _Owners("sites", found, named=bool(wishes.sites.sites))
    if "users" in wishes.of:
        users = _named("users", wishes.users) or _all_users(wishes, service, tally)
        yield _Owners("users", users, named=bool(wishes.users))
    if "groups" in wishes.of:
        groups = _named("groups", wishes.groups) or service.all_of(ask_for_groups(service.base_url), read_groups)
        yield _Owners("groups", groups, named=bool(wishes.groups))


def _named(kind: str, names: Sequence[str]) -> list[FoundOwner]:
    return [FoundOwner(route=f"{kind}/{name.strip()}", name=shown(name)) for name in names]


def _all_users(wishes: DriveWishes, service: Service, tally: Tally[FoundDrive]) -> Sequence[FoundOwner]:
    users = discover_users(service, unlicensed=wishes.unlicensed)
    tally.take_over(users)
    return users.found


def _gather(asked: _Owners, wishes: DriveWishes, service: Service, tally: Tally[FoundDrive]) -> None:
    requests = [ask_for_drives(service.base_url, owner.route, system=wishes.system) for owner in asked.owners]
    answers = service.each_whole(requests, asked.read, what=f"Drives of {asked.kind}")
    for owner, drives in zip(asked.owners, answers, strict=True):
        if isinstance(drives, FixSetup):
            tally.refuse(owner.name, drives)
            continue
        if not drives and asked.named:
            tally.refuse(owner.name, FixSetup(_NOTHING_SHOWN, where=owner.route, then=_GRANT))
        elif not drives:
            tally.leave_out(f"{asked.kind} without a drive")
        for drive in drives:
            _sort_out(replace(drive, name=f"{owner.name} / {drive.name}"), wishes, tally)


def _sort_out(drive: FoundDrive, wishes: DriveWishes, tally: Tally[FoundDrive]) -> None:
    if drive.system and not wishes.system:
        tally.leave_out("system libraries")
    elif wishes.wanted.takes(drive.name, drive.web_url):
        tally.add(drive, normal_drive_id(drive.id))
    else:
        tally.leave_out("drives by pattern")
