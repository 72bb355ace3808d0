"""One tenant whose every answer holds a canary, followed over each protocol, in good runs and in bad ones."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive, reconcile_drive
from airflow_provider_drivedelta.core.capture_list import ListCapture, capture_list, reconcile_list
from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.core.transport import RetryPolicy, Transport
from airflow_provider_drivedelta.emulator import Drive as EmulatedDrive
from airflow_provider_drivedelta.emulator import Emulator, Field, SharePointList, Site
from tests.security import canaries

PROTOCOLS = ("graph", "view.delta", "view.changes", "sharepoint list", "graph list")
CALLS = {
    "graph": r"/root/delta",
    "view.delta": r"/view\.delta",
    "view.changes": r"/view\.changes",
    "sharepoint list": "(?i)getlistitemchangessincetoken",
    "graph list": "/items/delta",
}
"""By what in their addresses faults find the calls of a feed."""

LINKS: dict[str, object] = {
    "@microsoft.graph.downloadUrl": f"https://contoso.sharepoint.com/download.aspx?tempauth={canaries.DOWNLOAD}",
    "@content.downloadUrl": canaries.DOWNLOAD,
    "thumbnails": [
        {"large": {"url": f"https://m.svc.ms/t?docid=https%3A%2F%2Fx%3Ftempauth%3D{quote(canaries.THUMBNAIL)}"}},
        {"large": {"url": f"https://sn3302files.onedrive.live.com/y2p{canaries.THUMBNAIL}"}},
    ],
    "remoteItem": {"id": "r", "file": {"@content.downloadUrl": canaries.NESTED, "mimeType": "text/plain"}},
    "children": [{"id": "c", "@microsoft.graph.downloadUrl": canaries.NESTED}],
}
"""Facets of an item that let anybody in who has them."""

_SECRETIVE = {"WWW-Authenticate": canaries.HEADER, "Set-Cookie": f"s={canaries.HEADER}", "X-Trace": canaries.HEADER}
_BODY = {
    "error": {
        "code": "accessDenied",
        "message": f"No entry with {canaries.MESSAGE} and {canaries.BEARER}",
        "innerError": {"token": canaries.MESSAGE, "@microsoft.graph.downloadUrl": canaries.DOWNLOAD},
    }
}
ELSEWHERE = f"https://{canaries.USERINFO}:x@elsewhere.example/{canaries.LINK}"


def refusal(status: int, **headers: str) -> dict[str, object]:
    """An answer that says in confidence why not."""
    return {
        "status": status,
        "body": _BODY,
        "headers": _SECRETIVE | {k.replace("_", "-"): v for k, v in headers.items()},
    }


FAULTS: dict[str, dict[str, object]] = {
    "forbidden": {"reply": refusal(403)},
    "not there": {"reply": refusal(404)},
    "signed out": {"reply": refusal(401)},
    "malformed": {"reply": refusal(400)},
    "throttled": {"reply": refusal(429, Retry_After="9999")},
    "down": {"reply": refusal(500)},
    "moved": {"reply": refusal(302, Location=ELSEWHERE)},
    "nonsense": {"reply": {"status": 200, "body": canaries.MESSAGE, "headers": _SECRETIVE}},
    "no page": {"reply": {"status": 200, "body": {"value": canaries.MESSAGE, "secret": canaries.MESSAGE}}},
    "cut off": {"transfer": {"cut_after": 20}},
    "hung up": {"transfer": {"drop": True}},
}


@dataclass
class Feed:
    """One feed of the tenant, and all that was ever said of it."""

    protocol: str
    emulator: Emulator
    items: EmulatedDrive | SharePointList
    output: Path
    failures: list[DriveDeltaError] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    def pull(self, **options: object) -> object:
        return self._run(capture_drive if self.is_drive else capture_list, **options)

    def reconcile(self, **options: object) -> object:
        return self._run(reconcile_drive if self.is_drive else reconcile_list, **options)

    def fail(self, fault: dict[str, object], *, nth: int = 1, **options: object) -> DriveDeltaError:
        """Pull while the feed's calls go wrong like this; the error that it ended with."""
        self.emulator.faults([{"match": {"path": CALLS[self.protocol], "nth": nth, "times": 0}} | fault])
        before = len(self.failures)
        answer = self.pull(**options)
        self.emulator.clear_faults()
        assert len(self.failures) == before + 1, f"{fault}: {answer}"
        return self.failures[-1]

    @property
    def is_drive(self) -> bool:
        return isinstance(self.items, EmulatedDrive)

    @property
    def base_url(self) -> str:
        if self.protocol.startswith("view."):
            return f"{self.emulator.url}/personal/ada/_api/v2.0"
        return f"{self.emulator.url}/sites/team" if self.protocol == "sharepoint list" else f"{self.emulator.url}/v1.0"

    def note_tokens(self) -> None:
        """Remember what continues the feed: the tokens that are kept, and the links that were followed on the way."""
        for one in self.emulator.requests:
            self.tokens |= {_token_in(f"{one.path}?{one.query}")}
        for file in self.output.glob("*/_drivedelta/token.json"):
            record = json.loads(file.read_text("utf-8"))
            self.tokens |= {_token_in(str(record[name] or "")) for name in ("delta_token", "previous_token")}

    def _run(self, call: Callable[..., object], **options: object) -> object:
        policy = RetryPolicy(attempts=2, throttled_attempts=2, jitter=lambda: 0.0)
        bearer = BearerToken(canaries.BEARER)
        with Transport(
            auth=bearer, base_url=self.base_url, policy=policy, max_wait=5, sleep=lambda seconds: None
        ) as transport:
            try:
                answer = call(self._capture(**options), base_url=self.base_url, transport=transport)
            except DriveDeltaError as error:
                self.failures.append(error)
                answer = error
        self.note_tokens()
        self.said += [repr(answer), str(answer), repr(transport), repr(bearer)]
        return answer

    def _capture(self, **options: object) -> DriveCapture | ListCapture:
        given = {"output": str(self.output), "run": "a run", "named_run": False} | options
        if isinstance(self.items, EmulatedDrive):
            source = Drive("drives", self.items.id)
            return DriveCapture(source=source, protocol=self.protocol, **given)  # type: ignore[arg-type]
        site = f"{self.emulator.url}/sites/team"
        return ListCapture(site=site, list="Tasks", protocol=self.protocol.partition(" ")[0], **given)  # type: ignore[arg-type]


def _token_in(link: str) -> str:
    """The part that is a secret: of a link what follows `token=`, of SharePoint's own tokens all."""
    token = link.rpartition("oken=")[2] if "oken=" in link else link.partition("/")[0]
    return re.split(r"[&'()]", token)[0]


@contextmanager
def followed(protocol: str, output: Path, *, size: int = 160, page_size: int = 60) -> Iterator[Feed]:
    """The feed of one protocol, with so many items."""
    drive, site = EmulatedDrive("Documents", seed="canaries"), Site("/sites/team")
    tasks = site.add_list("Tasks", [Field("State", "Choice", choices=("open", "done"))])
    items = tasks if protocol.endswith("list") else drive
    for number in range(size):
        if items is drive:
            drive.create_file(f"{number}.txt", b"x")
        else:
            tasks.add({"Title": f"{number}", "State": "open"})
    with Emulator(drives=[drive], sites=[site], page_size=page_size) as emulator:
        yield Feed(protocol, emulator, items, output)


def whole_text(error: BaseException) -> str:
    """All that anybody may write down of an error: its trace, and each link of its chain by itself, hidden ones too."""
    texts = ["".join(traceback.format_exception(error))]
    waiting, met = [error], set()
    while waiting:
        one = waiting.pop()
        if id(one) in met:
            continue
        met.add(id(one))
        texts += [str(one), repr(one), repr(one.args), *map(str, getattr(one, "__notes__", ()))]
        texts += [repr(vars(one)) if isinstance(one, DriveDeltaError) else ""]
        waiting += [each for each in (one.__cause__, one.__context__) if each is not None]
    return "\n".join(texts)
