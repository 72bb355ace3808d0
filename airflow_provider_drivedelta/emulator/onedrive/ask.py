"""One question to the OneDrive API, read and resolved; and answers in its spelling."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from airflow_provider_drivedelta.emulator.delta import Placed
from airflow_provider_drivedelta.emulator.graph.answers import Answers
from airflow_provider_drivedelta.emulator.graph.ask import Ask
from airflow_provider_drivedelta.emulator.items import Json
from airflow_provider_drivedelta.emulator.onedrive.address import View
from airflow_provider_drivedelta.emulator.onedrive.resources import as_onedrive
from airflow_provider_drivedelta.emulator.onedrive.tokens import in_link, spelled, understood
from airflow_provider_drivedelta.emulator.tokens import DeltaToken


class OneDriveAnswers(Answers):
    """``odata.metadata=none`` in ``Accept`` leaves out what describes the answer rather than the drive."""

    @property
    def plain(self) -> bool:
        return "odata.metadata=none" in self._request.headers.get("accept", "").replace(" ", "").casefold()

    def json(self, body: Mapping[str, Json], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        if self.plain:
            body = {name: value for name, value in body.items() if name != "@odata.context"}
        kind = "application/json; odata.metadata=" + ("none" if self.plain else "minimal")
        return super().json(body, status, {"Content-Type": kind, **(headers or {})})


@dataclass(frozen=True)
class ViewAsk(Ask):
    answers: OneDriveAnswers
    view: View

    @property
    def token(self) -> str | None:
        """The token that was sent, in the function's brackets or as an option."""
        return understood(self.options.token if self.address.token is None else self.address.token)

    def say(self, token: DeltaToken) -> str:
        return spelled(token, business=self.view.business)

    def written(self, placed: Placed, *, shared_changed: bool = False, whole: bool = False) -> dict[str, Json]:
        body = super().written(placed, shared_changed=shared_changed, whole=whole)
        base = f"{self.origin}{self.address.stem}" if self.view.business and not self.answers.plain else ""
        return as_onedrive(body, business=self.view.business, in_feed=bool(self.view.function), described_at=base)

    def link(self, function: str, **parameters: str) -> str:
        """Graph's places ask for a link to ``delta``: here the feed has the name the client gave it."""
        if "token" in parameters:
            parameters["token"] = in_link(parameters["token"])
        return super().link(self.view.spelled if function == "delta" else function, **parameters)
