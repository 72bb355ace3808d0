"""What the operators that discover have in common: where they look, and the shards they hand to mapped tasks."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from airflow.providers.common.compat.sdk import BaseOperator, conf

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.failures import in_airflows_words
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.operators.rendered import check_word, names
from airflow_provider_drivedelta.operators.signature import whole_signature

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.discovery.sites import SiteListing
    from airflow_provider_drivedelta.core.found import Discovery, Followable

log = logging.getLogger(__name__)

Shards = list[list[dict[str, str]]]
SHARD_SIZE = 50
_SHOWN = 20  # of what was refused, in the log and in XCom


class SiteWords(TypedDict):
    """The arguments that say on which sites, as they were rendered."""

    sites: tuple[str, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    include_sites: tuple[str, ...]
    exclude_sites: tuple[str, ...]
    subsites: bool
    personal: bool
    listing: SiteListing
    strict: bool
    max_wait: float


class DiscoverOperator(BaseOperator):
    """
    The arguments that both operators of discovery take, besides those of their own.

    Returns shards: a list of lists of sources, for ``.partial(…).expand(sources=discover.output)``. The XCom
    ``discovery`` says how many were found, left out and refused.

    :param sites: addresses or ids of sites; by default all of the tenant's (templated)
    :param include: patterns of a shell, for the name (``Marketing / Documents``) or the address of what is found; by
        default everything (templated)
    :param exclude: the same, for what is to be left out (templated)
    :param include_sites: patterns for the name or address of sites (templated)
    :param exclude_sites: the same, for sites to leave out (templated)
    :param subsites: also what is below a site
    :param personal: also the sites behind users' OneDrives
    :param listing: how a tenant is listed: ``all``, or ``search`` for what the search index has
    :param shard_size: at most so many sources in a shard; 50 by default
    :param shards: at most so many shards, instead of ``shard_size``
    :param strict: fail at the first site, user or group that is refused, instead of going on without it
    :param allow_empty: end well if nothing at all is found, instead of failing
    :param max_wait: seconds of throttling to sit out before the task gives up and is retried
    :param drivedelta_conn_id: Connection of type ``drivedelta`` or ``msgraph`` (templated)
    """

    template_fields: Sequence[str] = (
        "sites",
        "include",
        "exclude",
        "include_sites",
        "exclude_sites",
        "drivedelta_conn_id",
    )
    ui_color = "#e3f0dc"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__signature__ = whole_signature(cls, up_to=BaseOperator)  # type: ignore[attr-defined]

    def __init__(
        self,
        *,
        sites: Sequence[str] = (),
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        include_sites: Sequence[str] = (),
        exclude_sites: Sequence[str] = (),
        subsites: bool = False,
        personal: bool = False,
        listing: Literal["all", "search"] = "all",
        shard_size: int | None = None,
        shards: int | None = None,
        strict: bool = False,
        allow_empty: bool = False,
        max_wait: float = 600.0,
        drivedelta_conn_id: str = DriveDeltaHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sites, self.include, self.exclude = sites, include, exclude
        self.include_sites, self.exclude_sites = include_sites, exclude_sites
        self.subsites, self.personal, self.listing = subsites, personal, listing
        self.shard_size, self.shards = shard_size, shards
        self.strict, self.allow_empty, self.max_wait = strict, allow_empty, max_wait
        self.drivedelta_conn_id = drivedelta_conn_id
        check_word("listing", listing, ("all", "search"))
        if shard_size is not None and shards is not None:
            raise ValueError("shard_size and shards exclude each other: give one of them")
        if min(1 if given is None else given for given in (shard_size, shards)) < 1:
            raise ValueError("shard_size and shards are at least 1")

    @abstractmethod
    def discover(self) -> Discovery[Followable]:
        """What there is, asked of the hook."""

    @cached_property
    def hook(self) -> DriveDeltaHook:
        return DriveDeltaHook(self.drivedelta_conn_id)

    def execute(self, context: Context) -> Shards:
        with in_airflows_words():
            discovery = self.discover()
            _tell(discovery)
            context["ti"].xcom_push(key="discovery", value=_counted(discovery))
            if not discovery.found and not self.allow_empty:
                then = "Check the patterns and the permissions, or say allow_empty=True."
                raise FixSetup("Nothing was found to follow, and what follows would end unnoticed", then=then)
            return self._sharded(discovery.found)

    def site_words(self) -> SiteWords:
        return {
            "sites": names(self.sites),
            "include": names(self.include),
            "exclude": names(self.exclude),
            "include_sites": names(self.include_sites),
            "exclude_sites": names(self.exclude_sites),
            "subsites": self.subsites,
            "personal": self.personal,
            "listing": self.listing,
            "strict": self.strict,
            "max_wait": self.max_wait,
        }

    def _sharded(self, found: Sequence[Followable]) -> Shards:
        from airflow_provider_drivedelta.core.discovery.shards import in_shards, in_shards_of

        if self.shards is not None:
            sharded = in_shards(found, self.shards, key=lambda each: each.id)
        else:
            sharded = in_shards_of(found, self.shard_size or SHARD_SIZE, key=lambda each: each.id)
        most = conf.getint("core", "max_map_length", fallback=1024)
        if len(sharded) > most:
            what = f"{len(found)} sources make {len(sharded)} shards, and Airflow maps at most {most}"
            then = f"Give shards={most} or a larger shard_size, or raise [core] max_map_length."
            raise FixSetup(what, then=then)
        return [[each.source() for each in shard] for shard in sharded]


def _tell(discovery: Discovery[object]) -> None:
    left_out = ", ".join(f"{why} ({count})" for why, count in discovery.left_out.items()) or "nothing"
    log.info("Found %d; left out: %s; refused: %d", len(discovery.found), left_out, len(discovery.refused))
    for refused in discovery.refused[:_SHOWN]:
        log.warning("Not looked at: %s: %s", refused.name, refused.error)
    if len(discovery.refused) > _SHOWN:
        log.warning("… and %d more", len(discovery.refused) - _SHOWN)


def _counted(discovery: Discovery[object]) -> dict[str, object]:
    refused = [{"name": each.name, "what": str(each.error)} for each in discovery.refused[:_SHOWN]]
    return {
        "found": len(discovery.found),
        "left_out": dict(discovery.left_out),
        "refused": len(discovery.refused),
        "refused_first": refused,
    }
