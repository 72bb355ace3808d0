"""``/_emulator/approve`` and ``/_emulator/challenge``: what a person, or an administrator, does about sign-ins."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.routing import Route

from airflow_provider_drivedelta.emulator.control import lever
from airflow_provider_drivedelta.emulator.entra.claims import LATER
from airflow_provider_drivedelta.emulator.entra.sign_in import SignIn
from airflow_provider_drivedelta.emulator.strict import read_strictly


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveOrder:
    user_code: str
    accepted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeOrder:
    claims: Mapping[str, object] = field(default_factory=lambda: LATER)


def sign_in_levers(entra: SignIn) -> list[Route]:
    def approve(request: Request, given: object) -> object:
        if not isinstance(given, Mapping) or "user_code" not in given:
            raise ValueError("approve: expected a user_code")
        order = read_strictly(ApproveOrder, given, "approve")
        entra.codes.answer(order.user_code, accepted=order.accepted)
        return {}

    def challenge(request: Request, given: object) -> object:
        ended = request.method == "DELETE"
        entra.demand.make({} if ended else read_strictly(ChallengeOrder, given or {}, "challenge").claims)
        return {}

    return [lever("approve", approve, "POST"), lever("challenge", challenge, "POST", "DELETE")]
