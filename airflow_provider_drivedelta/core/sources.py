"""What is followed: a drive or a list, in whichever way it is addressed, and the name its feed goes by."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.escaped import escaped

Owner = Literal["drives", "users", "groups", "sites", "me"]

_OWNED = re.compile(r"^/?(drives|users|groups|sites)/(.+?)(?:/drive)?(?:/root)?/?$")
_PART = re.compile(r"^/?(drives/[^/]+|me)(?:/drive)?(?:/items/(?P<item>[^/:]+)|/root:/(?P<path>[^:]*[^:/]))(?::|/)?$")
_PERSONAL_ID = re.compile(r"^[0-9A-Fa-f]{12,16}$")
_GUID = re.compile(r"^\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?$")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_LONGEST_ID = 120  # keeps folder names under 255 bytes and Variable keys under 250 characters


@dataclass(frozen=True, slots=True)
class Drive:
    """A drive, by its own id or through the user, group or site that owns it; or one folder's own feed.

    In text: `drives/{id}`, `users/{id or upn}`, `groups/{id}`, `sites/{id}`, `me`, or a bare drive id.
    Personal drives have a feed of each folder, too: `drives/{id}/items/{item id}` or
    `drives/{id}/root:/{path}:`, and the same after `me`. Its root is that folder. By its id a folder is
    followed wherever it goes; a path is looked up in every run, and means what lies there then.
    """

    owner: Owner
    id: str = ""
    item: str = ""
    path: str = ""

    def __post_init__(self) -> None:
        if (self.item and self.path) or ((self.item or self.path) and self.owner not in ("drives", "me")):
            raise ValueError("A folder is meant by its id or its path, and by its own drive.")

    @classmethod
    def parse(cls, text: str) -> Drive:
        """:raises FixSetup: the text is empty or of no known form."""
        text = text.strip()
        if text.strip("/") in ("me", "me/drive", "me/drive/root"):
            return cls("me")
        part = _PART.match(text)
        if part:
            owner, _, drive_id = part[1].partition("/")
            item = part["item"] if part["item"] != "root" else None
            return cls(owner, drive_id, item or "", (part["path"] or "").strip("/"))  # type: ignore[arg-type]
        owned = _OWNED.match(text)
        if owned and (owned[1] == "sites" or "/" not in owned[2]):
            return cls(owned[1], owned[2])  # type: ignore[arg-type]
        if not text or "/" in text:
            raise FixSetup(
                f"{text!r} names no drive",
                then="Give drives/{id}, users/{id or upn}, groups/{id}, sites/{id}, me, or a bare drive id; of a "
                "folder with a feed of its own drives/{id}/items/{item id} or drives/{id}/root:/{path}:.",
            )
        return cls("drives", text)

    def __str__(self) -> str:
        drive = self.owner if self.owner == "me" else f"{self.owner}/{self.id}"
        part = f"/items/{self.item}" if self.item else f"/root:/{self.path}:" if self.path else ""
        return drive + part

    @property
    def whole(self) -> Drive:
        """The drive itself, whatever part of it is meant."""
        return Drive(self.owner, self.id)

    @property
    def route(self) -> str:
        """The path of the drive resource below the service's base address, escaped."""
        if self.owner == "me":
            return "/me/drive"
        # A site may be addressed as {host}:/{path}, which needs a closing colon before more path.
        owner = escaped(self.id, safe="!:/,@'" if self.owner == "sites" else "!,@'")
        if self.owner == "sites" and ":/" in self.id and not self.id.endswith(":"):
            owner += ":"
        return f"/drives/{owner}" if self.owner == "drives" else f"/{self.owner}/{owner}/drive"


@dataclass(frozen=True, slots=True)
class SharePointList:
    """A SharePoint list, on its site.

    `site` is an address such as `https://contoso.sharepoint.com/sites/team`, or as Graph names sites: an id, or
    `contoso.sharepoint.com:/sites/team`. `list` is a GUID in lower case, a title, or a path on the site's host
    (`/sites/team/Lists/Tasks`), as `parse` takes it out of an address.
    """

    site: str
    list: str

    @classmethod
    def parse(cls, site: str, list: str) -> SharePointList:
        """Of the list a title, a GUID in whichever spelling, or an address as a browser shows it.

        :raises FixSetup: one of them is empty, or the list is on another host than the site.
        """
        site, wanted = _site_alone(site.strip()), list.strip()
        if not site or not wanted:
            then = "Give a site such as https://contoso.sharepoint.com/sites/team, and a list's title, id or address."
            raise FixSetup("The site or the list is missing", then=then)
        if _GUID.match(wanted):
            return cls(site, wanted.strip("{}").lower())
        if not wanted.lower().startswith(("https://", "http://")):
            named = cls(site, wanted)
            return cls(site, _list_path(wanted)) if named.list_path else named
        parts = urlsplit(wanted)
        if "://" in site and urlsplit(site)[:2] != parts[:2]:
            raise FixSetup("The list is on another host than the site", where=parts.netloc, then="Give its own site.")
        return cls(site, _list_path(unquote(parts.path)))

    def __str__(self) -> str:
        return f"{self.site} list {self.list!r}"

    @property
    def list_id(self) -> str:
        """The list's GUID; empty where it is meant by its title or path."""
        return self.list if _GUID.match(self.list) else ""

    @property
    def list_path(self) -> str:
        """The list's path on its host; empty where it is meant by its title or GUID. No title has such a path."""
        return self.list if self.list.startswith("/") and self.list.count("/") > 1 else ""

    @property
    def site_url(self) -> str:
        """The site's address, where SharePoint itself answers.

        :raises FixSetup: the site is named by an id, which says nothing of its address.
        """
        if "://" in self.site:
            return self.site
        host, colon, path = self.site.partition(":")
        if not colon or "," in host:
            then = "Give the site's address, such as https://contoso.sharepoint.com/sites/team."
            raise FixSetup("SharePoint answers at the site's address, not at an id", where=self.site, then=then)
        return f"https://{host}/{quote(path.strip('/'))}".rstrip("/")

    @property
    def graph_site(self) -> str:
        """The site as Graph takes it: an id, or `host:/path`."""
        if "://" not in self.site:
            return self.site
        parts = urlsplit(self.site)
        path = unquote(parts.path).strip("/")
        return f"{parts.hostname}:/{path}" if path else parts.hostname or ""


def _site_alone(site: str) -> str:
    """A site as it goes over the wire, whether or not its path was escaped; an id or `host:/path` as it is.

    What a browser adds to an address (`?web=1`, `#…`) is left off; which site a page is of, its address does not say.

    :raises FixSetup: it is the address of a page, or has a user in it, whose password no message may show.
    """
    scheme, mark, rest = site.partition("://")
    if not mark:
        return site.rstrip("/")
    host, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].rstrip("/").partition("/")
    then = "Give the site alone, such as https://contoso.sharepoint.com/sites/team."
    if "@" in host:
        raise FixSetup("The site's address has a user or password in it", where=host.rpartition("@")[2], then=then)
    if path.lower().endswith(".aspx"):
        raise FixSetup("This is the address of a page on a site", where=f"{host}/{path}", then=then)
    return f"{scheme}{mark}{host}{slash}{quote(unquote(path))}"


def _list_path(path: str) -> str:
    """The list's own path, of one that leads to its views or forms."""
    path = re.sub(r"\?.*|(?<=\.aspx)#.*", "", path, flags=re.IGNORECASE | re.DOTALL)  # no path on a site has a `?`
    for end in (r"/Forms/[^/]*\.aspx$", r"/[^/]*\.aspx$"):
        path = re.sub(end, "", path, flags=re.IGNORECASE)
    return "/" + path.strip("/")


def same_drive(left: str, right: str) -> bool:
    """Whether two ids name one drive: personal ids come in either case and without leading zeros (odapi#1890)."""
    return normal_drive_id(left) == normal_drive_id(right)


def is_personal(drive_id: str) -> bool:
    """Whether the id is a personal OneDrive's: up to 16 hex digits. Its item ids come in either case, too."""
    return bool(_PERSONAL_ID.match(drive_id))


def item_key(item_id: str, drive_id: str) -> str:
    """The form of an item's id that joins: personal ids come in either case (odapi#1890)."""
    return item_id.lower() if is_personal(drive_id) else item_id


def normal_drive_id(drive_id: str) -> str:
    """The form of a drive id that is compared and named by; personal ids are padded to 16 and lowered."""
    return drive_id.lower().zfill(16) if is_personal(drive_id) else drive_id


@dataclass(frozen=True, slots=True)
class Feed:
    """Source + scope + output: what has one token, one state, one numbering.

    `folder` is where it lies below the output; `key` names it everywhere else (Variable, `_feed` column).
    """

    folder: str
    key: str

    @classmethod
    def of_drive(cls, drive_id: str, *, output: str, scope: str = "") -> Feed:
        folder = "drive-" + safe_name(normal_drive_id(drive_id))
        if scope:
            folder += f"--{_digest(scope)}"
        return cls._below(output, folder)

    @classmethod
    def of_list(cls, list_id: str, *, output: str, scope: str = "") -> Feed:
        """A list's id is a GUID, the same whatever site, title or protocol it is reached by."""
        folder = "list-" + safe_name(list_id.strip("{}").lower())
        if scope:
            folder += f"--{_digest(scope)}"
        return cls._below(output, folder)

    @classmethod
    def _below(cls, output: str, folder: str) -> Feed:
        # One source written to two places is two feeds: each has its own numbering and token.
        return cls(folder, f"{folder}--{_digest(output.rstrip('/'))}")


def safe_name(text: str) -> str:
    """`text` as part of a file name: safe on every file system, never the same for two different texts."""
    name = _UNSAFE.sub(lambda bad: "".join(f"~{byte:02x}" for byte in bad[0].encode("utf-8", "surrogatepass")), text)
    return name if len(name) <= _LONGEST_ID else f"{name[:_LONGEST_ID]}~{_digest(text)}"


def fingerprint(
    *, protocol: str, select: Sequence[str], expand: Sequence[str], prefer: Sequence[str], scope: str
) -> str:
    """A hash of every setting that a token has baked in; where data is written to is not among them."""
    settings = [protocol, sorted(select), sorted(expand), sorted(prefer), scope]
    return hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
