"""XML as SharePoint writes it, which includes characters that XML does not allow."""

import re

# All but tab, line feed, carriage return and what XML 1.0 allows.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = re.compile("[&<>'\"\t\n\r]")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def escaped(text: str, *, remove_invalid: bool = True) -> str:
    """For an attribute or an element. What XML does not allow is removed, or written as a reference all the same."""
    named = _ESCAPED.sub(lambda found: _NAMED.get(found[0], f"&#{ord(found[0])};"), text)
    return _ILLEGAL.sub("" if remove_invalid else _reference, named)


def element(name: str, attributes: dict[str, str], inside: str = "") -> str:
    start = name + "".join(f' {key}="{escaped(text)}"' for key, text in attributes.items())
    return f"<{start}>{inside}</{name}>" if inside else f"<{start}/>"


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"
