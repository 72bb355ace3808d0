"""Addresses of sites, from people and from the service: taken apart, or refused in words that show no secret."""

from __future__ import annotations

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.found import shown
from airflow_provider_drivedelta.core.sources import SharePointList
from airflow_provider_drivedelta.core.transport.links import redact


def list_at(site: str, list_id: str = "any") -> SharePointList:
    """A list on a site; without one, any will do to take the site's address apart.

    :raises FixSetup: it is no address of a site.
    """
    try:
        place = SharePointList.parse(site, list_id)
        place.graph_site  # noqa: B018 - read, as it takes the address apart
    except ValueError:
        then = "Give an address such as https://contoso.sharepoint.com/sites/team, or an id."
        raise FixSetup("This is no address of a site", where=name_of(site), then=then) from None
    return place


def name_of(site: str) -> str:
    """What to call a site that could not be looked at."""
    return shown(redact(site))
