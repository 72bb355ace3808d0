"""One value of SharePoint's XML that is a single number, moment or the like; an empty text is nothing."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from math import isfinite

from airflow_provider_drivedelta.core.lists.misfit import Misfit
from airflow_provider_drivedelta.core.lists.zone import SiteZone

_NUMBER = re.compile(r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"([+-]?\d{1,19})(?:\.0*)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_GUID = re.compile(r"\{?([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})\}?", re.ASCII)
_MASK = re.compile(r"0x[0-9a-fA-F]{1,16}", re.ASCII)
_INT64 = 1 << 63
TRUTHS = {"1": True, "-1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def read_number(text: str, zone: SiteZone | None) -> float | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or not isfinite(value := float(text)):
        raise Misfit("a number within a double")
    return value


def read_integer(text: str, zone: SiteZone | None) -> int | None:
    return whole(text) if text else None


def whole(text: str) -> int:
    """A whole number, also written as `10.0000000000000`."""
    found = _WHOLE.fullmatch(text)
    if not found or not -_INT64 <= (value := int(found[1])) < _INT64:
        raise Misfit("a whole number of 64 bits")
    return value


def read_boolean(text: str, zone: SiteZone | None) -> bool | None:
    if text and text.lower() not in TRUTHS:
        raise Misfit("true or false")
    return TRUTHS[text.lower()] if text else None


def read_datetime(text: str, zone: SiteZone | None) -> datetime | None:
    moment, local = _moment(text)
    if moment is None or not local:
        return moment
    if zone is None or (there := zone.moment(moment)) is None:
        raise Misfit("a time with its zone")
    return there


def read_date(text: str, zone: SiteZone | None) -> date | None:
    moment, local = _moment(text)
    if moment is None or local:
        return moment and moment.date()  # on the site's clocks already
    day = zone.day(moment) if zone else None
    if day is None:
        raise Misfit("midnight in the site's zone")
    return day


def _moment(text: str) -> tuple[datetime | None, bool]:
    """A moment, in UTC or on the site's clocks, and whether it is the latter; None for nothing and for year 1."""
    if not text or text.startswith("0001-"):  # how the service writes "none" (odapi#535)
        return None, False
    found = _MOMENT.fullmatch(text)
    if not found:
        raise Misfit("a date and time")
    try:
        read = datetime.fromisoformat(text)
        return (read.astimezone(UTC), False) if found[1] else (read, True)
    except (ValueError, OverflowError):
        raise Misfit("a date and time") from None


def read_guid(text: str, zone: SiteZone | None) -> str | None:
    return bare_guid(text) if text else None


def bare_guid(text: str) -> str:
    found = _GUID.fullmatch(text)
    if not found:
        raise Misfit("a GUID")
    return found[1].lower()


def read_mask(text: str, zone: SiteZone | None) -> int | None:
    if not text:
        return None
    if not _MASK.fullmatch(text):
        raise Misfit("a mask of 64 bits")
    return int(text, 16)
