"""Reads the small XML documents inside a request, which come from anywhere."""

import xml.etree.ElementTree as ElementTree

from airflow_provider_drivedelta.emulator.sharepoint.failures import SharePointError

_LONGEST = 100_000


def read_caml(text: str, name: str) -> ElementTree.Element:
    """The element of that name; a bare inside of it will do as well. DTDs are refused."""
    text = text.strip()
    if len(text) > _LONGEST or "<!" in text:
        raise _unreadable("DTD is prohibited in this XML document.")
    try:
        root = ElementTree.fromstring(text if text.startswith(f"<{name}") else f"<{name}>{text}</{name}>")
    except ElementTree.ParseError as error:
        raise _unreadable(str(error)) from None
    if root.tag != name:
        raise _unreadable(f"expected {name}, not {root.tag}")
    return root


def is_true(text: str | None) -> bool:
    return (text or "").strip().upper() in ("TRUE", "1")


def _unreadable(why: str) -> SharePointError:
    return SharePointError(400, "-1, System.Xml.XmlException", why)
