"""``/users`` and ``/groups`` of Graph, and the drives they have."""

from dataclasses import dataclass
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from airflow_provider_drivedelta.emulator.directory import Account, Group
from airflow_provider_drivedelta.emulator.graph.answers import Answers, ServiceError, origin
from airflow_provider_drivedelta.emulator.graph.filters import arranged
from airflow_provider_drivedelta.emulator.graph.options import Options, read_options
from airflow_provider_drivedelta.emulator.graph.paging import paged
from airflow_provider_drivedelta.emulator.graph.resources import Resources, selected
from airflow_provider_drivedelta.emulator.identity import guid
from airflow_provider_drivedelta.emulator.items import ADA, Json
from airflow_provider_drivedelta.emulator.tenant import NoSuchDrive, Tenant

_KINDS = ("users", "groups")


@dataclass(frozen=True, slots=True)
class PeopleAsk:
    request: Request
    answers: Answers
    options: Options
    tenant: Tenant
    most: int

    @property
    def size(self) -> int:
        return min(self.options.top or self.most, self.most)

    def collection(self, bodies: list[dict[str, Json]]) -> Response:
        address = origin(self.request) + self.request.url.path
        cut = [selected(body, self.options.select) for body in arranged(bodies, self.options)]
        return self.answers.json(paged(self, cut, address))


def answer_people(request: Request, raw_path: str, answers: Answers, tenant: Tenant, most: int) -> Response | None:
    """None where the path leads to no such collection, or to the drives of somebody whom the directory has not."""
    words = [unquote(word) for word in raw_path.split("/") if word]
    options = read_options(request.scope["query_string"].decode("ascii"), request.headers)
    ask = PeopleAsk(request, answers, options, tenant, most)
    match words[1:]:
        case ["users"]:
            _check(tenant)
            return ask.collection([_user(account) for account in tenant.directory.accounts])
        case ["groups"]:
            _check(tenant)
            return ask.collection([_group(group) for group in tenant.directory.groups])
        case ["me"]:
            return ask.answers.json(_entity("users", ask, _user(_first(tenant))))
        case [kind, key] if kind in _KINDS:
            return ask.answers.json(_entity(kind, ask, _found(tenant, kind, key)))
        case [kind, key, "drives"] if kind in _KINDS and (owner := tenant.directory.owner(kind, key)):
            return ask.collection(_drives(tenant, owner))
    return None


def _entity(kind: str, ask: PeopleAsk, body: dict[str, Json]) -> dict[str, Json]:
    context = f"{origin(ask.request)}/v1.0/$metadata#{kind}/$entity"
    return {"@odata.context": context, **selected(body, ask.options.select)}


def _first(tenant: Tenant) -> Account:
    """Who ``me`` is, since tokens do not say whose they are."""
    return next(iter(tenant.directory.accounts), Account(ADA.email, ADA.name))


def _found(tenant: Tenant, kind: str, key: str) -> dict[str, Json]:
    wanted = key.casefold()
    if kind == "users":
        for account in tenant.directory.accounts:
            if wanted in (account.id, account.login.casefold()):
                return _user(account)
    for group in tenant.directory.groups if kind == "groups" else ():
        if wanted == group.id:
            return _group(group)
    message = f"Resource '{key[:100]}' does not exist or one of its queried reference-property objects are not present."
    raise ServiceError(404, "Request_ResourceNotFound", message)


def _check(tenant: Tenant) -> None:
    if not tenant.directory.lists_tenant:
        message = "Insufficient privileges to complete the operation."
        raise ServiceError(403, "Authorization_RequestDenied", message)


def _user(account: Account) -> dict[str, Json]:
    licences: list[Json] = [{"skuId": guid("licence", "E5"), "disabledPlans": []}] if account.licensed else []
    return {
        "id": account.id,
        "displayName": account.name or account.login.partition("@")[0],
        "userPrincipalName": account.login,
        "assignedLicenses": licences,
    }


def _group(group: Group) -> dict[str, Json]:
    return {"id": group.id, "displayName": group.name, "groupTypes": ["Unified"]}


def _drives(tenant: Tenant, owner: str) -> list[dict[str, Json]]:
    try:
        served = tenant.owned_by(owner)
    except NoSuchDrive:
        raise ServiceError(404, "ResourceNotFound", "User's mysite not found.") from None
    return [Resources(each.drive).drive_body() for each in served if each.drive.id not in tenant.denied]
