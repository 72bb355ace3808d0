"""A token refused at any page, in the manner of each feed: a status, a word on the first page, an element."""

import json

from starlette.types import ASGIApp

from airflow_provider_drivedelta.emulator.answer import Answer, with_body, with_header
from airflow_provider_drivedelta.emulator.faults.exchange import Exchange
from airflow_provider_drivedelta.emulator.faults.parts import Resync
from airflow_provider_drivedelta.emulator.graph.resync import resync_required
from airflow_provider_drivedelta.emulator.refusal import Refusal

_ROWSET = (
    b'<?xml version="1.0" encoding="utf-8"?><GetListItemChangesSinceTokenResult>'
    b"<listitems xmlns:rs='urn:schemas-microsoft-com:rowset' xmlns:z='#RowsetSchema'>"
    b"<Changes><Id ChangeType=\"InvalidToken\" /></Changes><rs:data ItemCount='0' /></listitems>"
    b"</GetListItemChangesSinceTokenResult>"
)


async def refuse_token(resync: Resync, exchange: Exchange, app: ASGIApp) -> Answer:
    if exchange.target.lower().endswith("getlistitemchangessincetoken"):
        return with_body(Answer(200, [(b"content-type", b"application/xml;charset=utf-8")], b""), _ROWSET)
    if "view.changes" in exchange.target:
        return _with_everything(await exchange.ask(app, exchange.without_token), resync)
    return _gone(resync, exchange)


def _with_everything(first: Answer, resync: Resync) -> Answer:
    """The oldest feed refuses nothing: its first page of everything says so."""
    if first.status != 200:
        return first
    page = {**json.loads(first.body), "@changes.resync": f"{resync.flavour}Differences"}
    return with_body(first, json.dumps(page, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _gone(resync: Resync, exchange: Exchange) -> Answer:
    where = resync.location
    path = exchange.without_token if where is True else where or ""
    location = exchange.origin + path if path.startswith("/") else path
    error = resync_required(
        Refusal(flavour=resync.flavour, code=resync.code, inner_code=resync.inner_code, location=where), location
    )
    inner = {"innerError": {"code": error.inner_code}} if error.inner_code else {}
    body = json.dumps({"error": {"code": error.code, "message": error.message, **inner}}).encode("utf-8")
    answer = with_body(Answer(error.status, [(b"content-type", b"application/json")], b""), body)
    headers = with_header(answer.headers, "location", location) if location else answer.headers
    return Answer(answer.status, headers, answer.body)
