"""``/_emulator/…``: how tests and users steer the emulator from outside."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from airflow_provider_drivedelta.emulator.clock import stamp
from airflow_provider_drivedelta.emulator.entra.bearer import Bearers
from airflow_provider_drivedelta.emulator.faults.plan import FaultPlan, read_faults
from airflow_provider_drivedelta.emulator.lists.control import ListControl
from airflow_provider_drivedelta.emulator.request_log import RequestLog
from airflow_provider_drivedelta.emulator.strict import read_strictly
from airflow_provider_drivedelta.emulator.tenant import NoSuchDrive, Refusal, ServedDrive, Tenant
from airflow_provider_drivedelta.emulator.truth import tree_of

# The codes that the documentation names, and the service hardly ever sends.
_DOCUMENTED = {"apply": "resyncChangesApplyDifferences", "upload": "resyncChangesUploadDifferences"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireOrder:
    """``message_only`` false puts the flavour into the code, as documented; ``code`` and ``inner_code`` overrule it."""

    drive: str = ""
    flavour: str = "apply"
    code: str = ""
    inner_code: str = ""
    location: bool | str = True
    message_only: bool = True

    def refusal(self) -> Refusal:
        code = self.code or ("resyncRequired" if self.message_only else _DOCUMENTED.get(self.flavour, ""))
        return Refusal(flavour=self.flavour, code=code, inner_code=self.inner_code, location=self.location)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOrder:
    advance_seconds: float | None = None
    now: str | None = None


class Control:
    """The levers, callable from Python and over HTTP alike."""

    def __init__(self, tenant: Tenant, plan: FaultPlan, log: RequestLog, bearers: Bearers) -> None:
        self.tenant, self.plan, self.log, self.bearers = tenant, plan, log, bearers

    def expire(self, order: ExpireOrder) -> None:
        """All delta tokens issued so far are refused from now on, those of one drive or of all drives and lists."""
        refusal = order.refusal()
        for served in self._served(order.drive):
            served.expire(refusal)
        for site in self.tenant.sites if not order.drive else ():
            for sharepoint_list in site.lists:
                sharepoint_list.expire_tokens(refusal)

    def set_clock(self, order: ClockOrder) -> datetime:
        if order.now is not None:
            self.tenant.clock.set(datetime.fromisoformat(order.now))
        self.tenant.clock.advance(timedelta(seconds=order.advance_seconds or 0))
        return self.tenant.clock.now()

    def tree(self, drive: str = "") -> list[dict[str, object]]:
        served = self._served(drive)[0]
        served.refresh()
        return tree_of(served.drive)

    def _served(self, drive: str) -> list[ServedDrive]:
        return [self.tenant.drive(drive)] if drive else self.tenant.served


def control_routes(control: Control) -> list[Route]:
    def expire(request: Request, given: object) -> object:
        control.expire(read_strictly(ExpireOrder, given or {}, "expire"))
        return {}

    def clock(request: Request, given: object) -> object:
        return {"now": stamp(control.set_clock(read_strictly(ClockOrder, given or {}, "clock")))}

    def faults(request: Request, given: object) -> object:
        if request.method == "GET":
            return {"value": control.plan.told()}
        if request.method == "DELETE":
            control.plan.clear()
            return {}
        rules = read_faults(given)
        control.plan.add(rules)
        return {"added": len(rules)}

    def revoke(request: Request, given: object) -> object:
        control.bearers.revoke_all()
        return {}

    def requests(request: Request, given: object) -> object:
        if request.method == "DELETE":
            control.log.clear()
        return {"value": [asdict(entry) for entry in control.log.entries]}

    def tree(request: Request, given: object) -> object:
        return {"value": control.tree(request.query_params.get("drive", ""))}

    return [
        lever("expire", expire, "POST"),
        lever("clock", clock, "GET", "POST"),
        lever("faults", faults, "GET", "POST", "DELETE"),
        lever("revoke", revoke, "POST"),
        lever("requests", requests, "GET", "DELETE"),
        lever("tree", tree, "GET"),
        lever("list", ListControl(control.tenant).route, "GET", "POST"),
    ]


def lever(name: str, answer: Callable[[Request, object], object], *methods: str) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            body = await request.body()
            return JSONResponse(await asyncio.to_thread(answer, request, json.loads(body) if body else None))
        except NoSuchDrive as error:
            return JSONResponse({"error": f"no such drive: {error}"}, 404)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)

    return Route(f"/_emulator/{name}", endpoint, methods=list(methods))
