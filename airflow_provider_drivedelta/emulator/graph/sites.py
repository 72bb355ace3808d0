"""``/sites`` of Graph, as collections: the tenant's sites, those below one, its lists and its libraries."""

from urllib.parse import quote

from starlette.responses import Response

from airflow_provider_drivedelta.emulator.graph.answers import ServiceError
from airflow_provider_drivedelta.emulator.graph.list_ask import ListAsk
from airflow_provider_drivedelta.emulator.graph.resources import Resources
from airflow_provider_drivedelta.emulator.items import Json
from airflow_provider_drivedelta.emulator.lists.site import NoSuchSite, Site
from airflow_provider_drivedelta.emulator.tenant import ServedDrive, Tenant


def all_sites(ask: ListAsk) -> Response:
    """Every site collection; what is below one is no collection of its own."""
    _check_tenant(ask)
    tops = [site for site in ask.tenant.sites if _above(ask.tenant, site) is None]
    # The service leads on under the function's full name.
    return ask.collection("sites", [_body(ask, site) for site in tops], next_path="/v1.0/sites/oneDrive.getAllSites")


def found_sites(ask: ListAsk) -> Response:
    """Those in the search index whose title or path holds the words of ``search``; ``*`` is everything."""
    _check_tenant(ask)
    query = ask.request.query_params
    wanted = query.get("search", query.get("$search", "*")).strip('"').casefold()
    found = [
        _body(ask, site)
        for site in ask.tenant.sites
        if not site.denied
        and site.path not in ask.tenant.directory.unindexed
        and (wanted in ("*", "") or wanted in f"{site.title} {site.path}".casefold())
    ]
    return ask.collection("sites", found)


def subsites(ask: ListAsk) -> Response:
    above = ask.site()
    below = [site for site in ask.tenant.sites if _above(ask.tenant, site) is above]
    return ask.collection("sites", [_body(ask, site) for site in below])


def lists(ask: ListAsk) -> Response:
    """The service's own only for who selects ``system``; of a site that was not granted none, without a word."""
    site = ask.site()
    own = site.lists if ask.tenant.directory.may_read(site.path) else []
    told = [each for each in own if not each.system or "system" in ask.options.select]
    return ask.collection("lists", [ask.resources(site).list_body(each) for each in told])


def libraries(ask: ListAsk) -> Response:
    try:
        site = ask.site()
    except NoSuchSite:  # one of which the tenant knows no more than its drives
        return ask.collection(
            "drives", [_drive(ask, each) for each in ask.tenant.owned_by(f"sites/{ask.address.site}")]
        )
    if not ask.tenant.directory.may_read(site.path):
        raise ServiceError(403, "accessDenied", "Access denied")
    served = [each for each in ask.tenant.libraries(site) if each.drive.id not in ask.tenant.denied]
    system = "system" in ask.options.select
    told = [each for each in served if system or each.drive.id not in ask.tenant.directory.system]
    return ask.collection("drives", [_drive(ask, each) | _place(ask, site, each) for each in told])


def _body(ask: ListAsk, site: Site) -> dict[str, Json]:
    return ask.resources(site).site_body()


def _drive(ask: ListAsk, served: ServedDrive) -> dict[str, Json]:
    system: dict[str, Json] = {"system": {}} if served.drive.id in ask.tenant.directory.system else {}
    return Resources(served.drive).drive_body() | system


def _place(ask: ListAsk, site: Site, served: ServedDrive) -> dict[str, Json]:
    """Of a drive that is a library on a site; the default one is told by another name than its address has."""
    name = "Shared Documents" if served.drive.name == "Documents" else served.drive.name
    url = f"{ask.origin_of(site)}{quote(site.root)}/{quote(name)}"
    return {"driveType": "documentLibrary", "webUrl": url}


def _above(tenant: Tenant, site: Site) -> Site | None:
    """The nearest site whose path the site's begins with; the root site is above none."""
    above = [each for each in tenant.sites if each.root and site.path.startswith(f"{each.path}/")]
    return max(above, key=lambda each: len(each.path), default=None)


def _check_tenant(ask: ListAsk) -> None:
    if not ask.tenant.directory.lists_tenant:
        raise ServiceError(403, "accessDenied", "Access denied")
