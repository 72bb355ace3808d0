"""What Graph tells of an item beside itself: who may see it, its versions; as little as there is."""

from starlette.responses import Response

from airflow_provider_drivedelta.emulator.clock import stamp
from airflow_provider_drivedelta.emulator.graph.answers import ServiceError
from airflow_provider_drivedelta.emulator.graph.ask import Ask
from airflow_provider_drivedelta.emulator.identity import guid
from airflow_provider_drivedelta.emulator.items import Act, Json


def permissions(ask: Ask) -> Response:
    """Whoever made it owns it."""
    item = ask.target()
    owner: Json = {"id": guid("owner", item.id), "roles": ["owner"], "grantedToV2": _user(item.created)}
    return _told(ask, "permissions", [owner])


def versions(ask: Ask) -> Response:
    """The latest: earlier ones are not kept."""
    item = ask.target()
    if item.is_folder:
        raise ServiceError(400, "invalidRequest", "Versions are not supported on folders.")
    latest: Json = {
        "id": f"{item.tags.content}.0",
        "lastModifiedDateTime": stamp(item.modified.at),
        "size": item.size,
        "lastModifiedBy": _user(item.modified),
    }
    return _told(ask, "versions", [latest])


def _told(ask: Ask, kind: str, value: list[Json]) -> Response:
    return ask.answers.json({"@odata.context": ask.context(f"drives/items/{kind}"), "value": value})


def _user(act: Act) -> Json:
    return {"user": {"id": guid("user", act.by.email), "displayName": act.by.name, "email": act.by.email}}
