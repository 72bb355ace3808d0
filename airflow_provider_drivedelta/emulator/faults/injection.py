"""Plays the fault plan: answers instead of the service, bends its pages, and spoils the transfer."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from airflow_provider_drivedelta.emulator.answer import Answer, with_header
from airflow_provider_drivedelta.emulator.faults.bodies import spoil
from airflow_provider_drivedelta.emulator.faults.exchange import Exchange, target_of, without_mark
from airflow_provider_drivedelta.emulator.faults.pages import bend_page
from airflow_provider_drivedelta.emulator.faults.parts import BodyEdit, PageEdit
from airflow_provider_drivedelta.emulator.faults.plan import ActiveFault, FaultPlan
from airflow_provider_drivedelta.emulator.faults.replies import reply_to
from airflow_provider_drivedelta.emulator.faults.resync import refuse_token
from airflow_provider_drivedelta.emulator.faults.rowsets import bend_rowset, is_rowset
from airflow_provider_drivedelta.emulator.faults.transfer import hang_up, transfer
from airflow_provider_drivedelta.emulator.request_log import CONTROL


class FaultInjector:
    """Stands between the server and the app; what steers the emulator itself is never touched."""

    def __init__(self, app: ASGIApp, plan: FaultPlan) -> None:
        self._app, self._plan = app, plan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        scope = without_mark(scope)
        active = self._plan.take(scope["method"], target_of(scope))
        if active is None:
            await self._app(scope, receive, send)
            return
        how = active.fault.transfer
        await asyncio.sleep(how.delay)
        if how.drop:
            await hang_up(scope, receive, politely=False, reset=how.reset)
            return
        answer = await self._answer(active, await Exchange.read(scope, receive))
        await transfer(_dressed(answer, active), how, scope, receive, send)

    async def _answer(self, active: ActiveFault, exchange: Exchange) -> Answer:
        if active.fault.reply is not None:
            return reply_to(exchange.target, active.fault.reply)
        if active.fault.resync is not None:
            return await refuse_token(active.fault.resync, exchange, self._app)
        answer = await exchange.ask(self._app)
        if active.fault.page == PageEdit() or answer.status != 200:
            return answer
        if is_rowset(answer):
            return bend_rowset(answer, active, exchange)
        return bend_page(answer, active, exchange.url) if answer.body.startswith(b"{") else answer


def _dressed(answer: Answer, active: ActiveFault) -> Answer:
    """The answer with its bytes and headers as the rule has them."""
    if active.fault.body != BodyEdit():
        answer = spoil(answer, active.fault.body)
    changes = _skewed(answer, active.fault.skew_seconds) | dict(active.fault.headers)
    headers = answer.headers
    for name, value in changes.items():
        headers = with_header(headers, name, value)
    return Answer(answer.status, headers, answer.body)


def _skewed(answer: Answer, seconds: float) -> dict[str, str | None]:
    if not seconds:
        return {}
    said = Headers(raw=answer.headers).get("date")
    now = parsedate_to_datetime(said) if said else datetime.now(UTC)
    return {"Date": format_datetime(now + timedelta(seconds=seconds), usegmt=True)}
