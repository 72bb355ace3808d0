"""One question about sites and lists, read and resolved: what every route of theirs is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from airflow_provider_drivedelta.emulator.graph.answers import Answers, ServiceError, origin
from airflow_provider_drivedelta.emulator.graph.filters import arranged
from airflow_provider_drivedelta.emulator.graph.list_address import ListAddress
from airflow_provider_drivedelta.emulator.graph.list_resources import ListResources
from airflow_provider_drivedelta.emulator.graph.options import Options
from airflow_provider_drivedelta.emulator.graph.paging import paged
from airflow_provider_drivedelta.emulator.graph.resources import selected
from airflow_provider_drivedelta.emulator.items import Json
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.site import NoSuchSite, Site
from airflow_provider_drivedelta.emulator.tenant import Tenant
from airflow_provider_drivedelta.emulator.tokens import DeltaToken

_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class ListAsk:
    request: Request
    answers: Answers
    address: ListAddress
    options: Options
    selected: frozenset[str] | None
    tenant: Tenant
    most: int
    """The service's cap, whatever ``$top`` asks for."""

    @property
    def origin(self) -> str:
        return origin(self.request)

    @property
    def size(self) -> int:
        return min(self.options.top or self.most, self.most)

    def site(self) -> Site:
        site = _find_site(self.tenant, self.address.site, self.request)
        if site.denied:
            raise ServiceError(403, "accessDenied", "Access denied")
        return site

    def list(self) -> SharePointList:
        return self.site().list(self.address.list)

    def resources(self, site: Site) -> ListResources:
        return ListResources(site, self.origin_of(site))

    def origin_of(self, site: Site) -> str:
        over_loopback = urlsplit(self.origin).hostname in _LOOPBACK
        return self.origin if over_loopback else f"https://{site.host}"

    def context(self, kind: str) -> str:
        return f"{self.origin}/v1.0/$metadata#{kind}"

    def link(self, function: str, token: DeltaToken) -> str:
        query = "&".join(filter(None, (self.options.kept, f"token={token.encode()}")))
        return f"{self.origin}{self.address.stem}/{function}?{query}"

    def collection(self, kind: str, members: Sequence[dict[str, Json]], *, next_path: str = "") -> Response:
        """A page of them, cut down to what was selected."""
        bodies = [selected(member, self.options.select) for member in arranged(members, self.options)]
        path = next_path or self.request.url.path
        return self.answers.json({"@odata.context": self.context(kind), **paged(self, bodies, self.origin + path)})


def _find_site(tenant: Tenant, key: str, request: Request) -> Site:
    host, colon, path = key.partition(":")
    if not colon:
        return _root(tenant) if key.casefold() in ("root", *_hosts(tenant, request)) else tenant.site(key)
    if host.casefold() not in _hosts(tenant, request):
        raise NoSuchSite(key)
    return tenant.site("/" + path.strip("/"))


def _root(tenant: Tenant) -> Site:
    """Every tenant has a root site; an empty one, where none was made."""
    try:
        return tenant.site("/")
    except NoSuchSite:
        if not tenant.sites:
            raise
        return Site("/", title="Communication site", host=tenant.sites[0].host, clock=tenant.clock)


def _hosts(tenant: Tenant, request: Request) -> set[str]:
    return {site.host.casefold() for site in tenant.sites} | {request.url.hostname or "", request.url.netloc}
