"""Puts the services together into one ASGI app."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from airflow_provider_drivedelta.emulator.control import Control, control_routes
from airflow_provider_drivedelta.emulator.downloads import ROUTE as DOWNLOAD_ROUTE
from airflow_provider_drivedelta.emulator.downloads import Downloads
from airflow_provider_drivedelta.emulator.graph.routes import Graph
from airflow_provider_drivedelta.emulator.injection import FaultInjector
from airflow_provider_drivedelta.emulator.onedrive.routes import OneDrive
from airflow_provider_drivedelta.emulator.sharepoint.routes import SharePoint
from airflow_provider_drivedelta.emulator.sign_in import SignIn, SignInRules

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def build_app(control: Control, *, page_size: int, sign_in: SignInRules) -> ASGIApp:
    downloads = Downloads(control.tenant)
    graph = Graph(control.tenant, control.bearers, downloads, page_size)
    onedrive = OneDrive(control.tenant, control.bearers, downloads, page_size)
    entra = SignIn(sign_in, control.bearers)
    routes = [
        *control_routes(control),
        Route("/", _alive, methods=["GET"]),
        Route(DOWNLOAD_ROUTE, downloads.answer, methods=["GET"]),
        onedrive.route(),  # before Graph: on loopback they share a base address
        Route("/v1.0/{rest:path}", graph.answer, methods=_METHODS),
        Route("/beta/{rest:path}", graph.answer, methods=_METHODS),
        *entra.routes(),
        # Last, since a site may have any path.
        Route("/{rest:path}", SharePoint(control.tenant, control.bearers).answer, methods=_METHODS),
    ]
    return control.log.watch(FaultInjector(Starlette(routes=routes), control.plan))


async def _alive(request: Request) -> Response:
    """Some clients ask for the host itself before they trust it."""
    return Response(b"")
