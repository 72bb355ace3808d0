"""Pages of a collection that is no feed: by a skip token, which is where the next page begins."""

from collections.abc import Sequence
from typing import Protocol

from airflow_provider_drivedelta.emulator.graph.options import BadOption, Options
from airflow_provider_drivedelta.emulator.items import Json


class Asked(Protocol):
    @property
    def options(self) -> Options: ...
    @property
    def size(self) -> int: ...


def paged(ask: Asked, bodies: Sequence[dict[str, Json]], address: str) -> dict[str, Json]:
    """``value``, and the link to the next page where there is one; ``address`` is that of the collection."""
    skip = ask.options.skip or "0"
    if not skip.isascii() or not skip.isdigit():
        raise BadOption("Invalid value specified for the '$skiptoken' query option.")
    end = int(skip) + ask.size
    counted: dict[str, Json] = {"@odata.count": len(bodies)} if ask.options.count else {}
    page: dict[str, Json] = {**counted, "value": list(bodies[int(skip) : end])}
    if end >= len(bodies):
        return page
    query = "&".join(filter(None, (ask.options.kept, f"$skiptoken={end}")))
    return {"@odata.nextLink": f"{address}?{query}", **page}
