"""Reads the body of a call for changes: JSON around eight strings, most of which hold XML."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

from airflow_provider_drivedelta.emulator.sharepoint.failures import bad_query

METHOD = "GetListItemChangesSinceToken"
_TYPE = "SP.ChangeLogItemQuery"
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeQuery:
    """The properties of ``SP.ChangeLogItemQuery``, by the service's own names in snake case."""

    list_name: str = ""
    view_name: str = ""
    query: str = ""
    query_options: str = ""
    change_token: str = ""
    contains: str = ""
    view_fields: str = ""
    row_limit: str = ""


_PROPERTIES = {field.name.replace("_", ""): field.name for field in fields(ChangeQuery)}


def read_change_query(body: bytes, content_type: str) -> ChangeQuery:
    """Verbose JSON names the type of the object, the lighter ones must not."""
    given = read_json(body)
    for name in given:
        if name != "query":
            raise bad_query(f"The parameter {name} does not exist in method {METHOD}.")
    query = given.get("query")
    if not isinstance(query, Mapping):
        raise bad_query(f"The parameter query does not exist in method {METHOD}." if query is None else "Invalid JSON.")
    _check_type(query, content_type.replace(" ", "").casefold())
    return ChangeQuery(**{_property(name): _text(value) for name, value in query.items() if name != "__metadata"})


def read_json(body: bytes) -> Mapping[str, object]:
    if len(body) > _LONGEST:
        raise bad_query("The request message is too big.")
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        raise bad_query("Invalid JSON. A token was not recognized in the JSON content.") from None
    if not isinstance(given, Mapping):
        raise bad_query("Invalid JSON. The top level is an object.")
    return given


def _check_type(query: Mapping[str, object], content_type: str) -> None:
    verbose, metadata = "odata=verbose" in content_type, query.get("__metadata")
    if verbose and metadata is None:
        raise bad_query(
            "An entry without a type name was found, but no expected type was specified. To allow entries without type "
            "information, the expected type must also be specified when the model is specified."
        )
    if not verbose and metadata is not None:
        raise _no_property("__metadata")
    if verbose and (not isinstance(metadata, Mapping) or metadata.get("type") != _TYPE):
        raise bad_query("A type named by __metadata could not be resolved by the model.")


def _property(name: str) -> str:
    """Names are exact in their case."""
    snake = _PROPERTIES.get(name.casefold())
    if snake is None or name != "".join(word.capitalize() for word in snake.split("_")):
        raise _no_property(name)
    return snake


def _no_property(name: str) -> Exception:
    return bad_query(
        f"The property '{name}' does not exist on type '{_TYPE}'. Make sure to only use property names that are "
        "defined by the type."
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad_query("Cannot convert a primitive value to the expected type 'Edm.String'.")
    return value
