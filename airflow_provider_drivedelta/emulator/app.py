"""Puts the services together into one ASGI app."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from airflow_provider_drivedelta.emulator.control import Control, control_routes
from airflow_provider_drivedelta.emulator.downloads import ROUTE as DOWNLOAD_ROUTE
from airflow_provider_drivedelta.emulator.downloads import Downloads
from airflow_provider_drivedelta.emulator.entra.authorities import authority_routes
from airflow_provider_drivedelta.emulator.entra.claims import Challenger
from airflow_provider_drivedelta.emulator.entra.roles import RoleGate
from airflow_provider_drivedelta.emulator.entra.sign_in import SignIn
from airflow_provider_drivedelta.emulator.entra.sign_in_control import sign_in_levers
from airflow_provider_drivedelta.emulator.faults.injection import FaultInjector
from airflow_provider_drivedelta.emulator.graph.routes import Graph
from airflow_provider_drivedelta.emulator.onedrive.routes import OneDrive
from airflow_provider_drivedelta.emulator.sharepoint.routes import SharePoint

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def build_app(control: Control, *, page_size: int, entra: SignIn) -> ASGIApp:
    downloads = Downloads(control.tenant)
    graph = Graph(control.tenant, control.bearers, downloads, page_size)
    onedrive = OneDrive(control.tenant, control.bearers, downloads, page_size)
    routes = [
        *control_routes(control),
        *sign_in_levers(entra),
        Route("/", _alive, methods=["GET"]),
        *authority_routes(),
        Route(DOWNLOAD_ROUTE, downloads.answer, methods=["GET"]),
        onedrive.route(),  # before Graph: on loopback they share a base address
        Route("/v1.0/{rest:path}", graph.answer, methods=_METHODS),
        Route("/beta/{rest:path}", graph.answer, methods=_METHODS),
        *entra.routes(),
        # Last, since a site may have any path.
        Route("/{rest:path}", SharePoint(control.tenant, control.bearers).answer, methods=_METHODS),
    ]
    app = Challenger(RoleGate(Starlette(routes=routes), control.bearers), entra.demand, control.bearers)
    return control.log.watch(FaultInjector(app, control.plan))


async def _alive(request: Request) -> Response:
    """Some clients ask for the host itself before they trust it."""
    return Response(b"")
