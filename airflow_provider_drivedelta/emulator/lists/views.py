"""Views: which fields, which items and how many of them somebody sees who asks for nothing in particular."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """``query`` is CAML, the inside of a ``Query`` element."""

    id: str
    title: str
    fields: tuple[str, ...]
    query: str = ""
    row_limit: int = 30
