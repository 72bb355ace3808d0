"""Change tokens, as SharePoint writes them and as people make them by hand: ``1;3;{list id};{ticks};{number}``."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_DOTNET_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
_SPELLING = re.compile(
    r"1;(?P<scope>[0-3]);(?P<of>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12});(?P<ticks>\d{1,19});(?P<number>-?\d{1,18})"
)
_LIST_SCOPE = "3"


class MalformedChangeToken(ValueError):
    """Not a change token at all."""


class ForeignChangeToken(ValueError):
    """A change token of another list, of a web or of a site."""


@dataclass(frozen=True, slots=True)
class ChangeToken:
    """``number`` -1 means: whatever was the last change at that moment."""

    list_id: str
    at: datetime
    number: int = -1

    def encode(self) -> str:
        ticks = (self.at - _DOTNET_EPOCH) // timedelta(microseconds=1) * 10
        return f"1;{_LIST_SCOPE};{self.list_id};{ticks};{self.number}"


def read_change_token(text: str, list_id: str) -> ChangeToken:
    found = _SPELLING.fullmatch(text)
    if found is None:
        raise MalformedChangeToken("Input string was not in a correct format.")
    if found["scope"] != _LIST_SCOPE or found["of"].lower() != list_id:
        raise ForeignChangeToken("Cannot use the changeToken from one object against a different object")
    try:
        at = _DOTNET_EPOCH + timedelta(microseconds=int(found["ticks"]) // 10)
    except OverflowError:
        raise MalformedChangeToken(
            "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks."
        ) from None
    return ChangeToken(list_id, at, int(found["number"]))
