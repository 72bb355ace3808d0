"""What the live service is known to get wrong, each to be switched on for a list."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Quirks:
    error_for_deleted: bool = False
    """Graph writes an error object into ``value`` where a deleted item belongs (msgraph-sdk-typescript#544)."""
    silent_when_expired: bool = False
    """An expired change token gets an empty success instead of InvalidToken (sp-dev-docs#10389)."""
    contents_with_schema: bool = True
    """After a change of the schema a token gets all items; the specification promises the schema alone."""
    twice: frozenset[str] = frozenset()
    """Fields whose attribute is written twice, which makes the XML not well-formed."""
    failing_field: str = ""
    """A call that asks for this field fails as a whole (sp-dev-docs#9412)."""
