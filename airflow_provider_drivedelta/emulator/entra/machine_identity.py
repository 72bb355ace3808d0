"""The endpoints by which a machine in Azure gets tokens for its managed identities: a VM's, and an App Service's."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from airflow_provider_drivedelta.emulator.clock import Clock
from airflow_provider_drivedelta.emulator.entra.bearer import Bearers, Grant
from airflow_provider_drivedelta.emulator.entra.sign_in_rules import SignInRules

_VM = "/metadata/identity/oauth2/token"
_APP_SERVICE = "/msi/token"
_IDS = ("client_id", "object_id", "msi_res_id", "mi_res_id")


class MachineIdentity:
    """For MSAL, point ``AZURE_POD_IDENTITY_AUTHORITY_HOST`` (a VM) or ``IDENTITY_ENDPOINT`` (an App Service) here."""

    def __init__(self, rules: SignInRules, bearers: Bearers, clock: Clock) -> None:
        self._rules, self._bearers, self._clock = rules, bearers, clock

    def routes(self) -> list[Route]:
        return [Route(_VM, self._vm, methods=["GET"]), Route(_APP_SERVICE, self._app_service, methods=["GET"])]

    async def _vm(self, request: Request) -> Response:
        if request.headers.get("metadata") != "true":  # what a page in a browser cannot send
            return _vm_refusal("Required metadata header not specified or not correct")
        if not self._has(request):
            return _vm_refusal("Identity not found")
        return JSONResponse(self._granted(request))

    async def _app_service(self, request: Request) -> Response:
        if request.headers.get("x-identity-header") != self._rules.identity_header:
            return JSONResponse({"statusCode": 401, "message": "Forbidden"}, 401)
        if not self._has(request):
            return JSONResponse(
                {"statusCode": 400, "message": "No User Assigned or Delegated Managed Identity found"}, 400
            )
        return JSONResponse(self._granted(request))

    def _has(self, request: Request) -> bool:
        asked = next((value for name in _IDS if (value := request.query_params.get(name))), "")
        return self._rules.identities is None or asked in self._rules.identities

    def _granted(self, request: Request) -> dict[str, str]:
        """Numbers as texts, as both of them send."""
        resource, life = request.query_params.get("resource", ""), self._rules.expires_in
        token = self._bearers.issue(timedelta(seconds=life), Grant(resource, certified=True))
        expires = int(self._clock.now().timestamp()) + life
        return {
            "access_token": token,
            "expires_in": str(life),
            "expires_on": str(expires),
            "resource": resource,
            "token_type": "Bearer",
        }


def _vm_refusal(said: str) -> Response:
    return JSONResponse({"error": "invalid_request", "error_description": said}, 400)
