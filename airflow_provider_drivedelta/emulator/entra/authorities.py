"""What any client may ask of the login host before it signs in: which clouds there are, and who signs tokens."""

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from airflow_provider_drivedelta.emulator.graph.answers import origin

_ENDPOINT = re.compile(r"https://(?P<host>[^/?#]+)/(?P<tenant>[^/?#]+)/")
# The clouds, each by the name to call, the name to keep its tokens under, and all its names.
_CLOUDS = (
    (
        "login.microsoftonline.com",
        "login.windows.net",
        ("login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"),
    ),
    (
        "login.partner.microsoftonline.cn",
        "login.partner.microsoftonline.cn",
        ("login.partner.microsoftonline.cn", "login.chinacloudapi.cn"),
    ),
    (
        "login.microsoftonline.us",
        "login.microsoftonline.us",
        ("login.microsoftonline.us", "login.usgovcloudapi.net"),
    ),
)


def authority_routes() -> list[Route]:
    return [
        Route("/common/discovery/instance", _instances, methods=["GET"]),
        Route("/{tenant}/discovery/v2.0/keys", _keys, methods=["GET"]),
        Route("/{tenant}/discovery/keys", _keys, methods=["GET"]),
    ]


async def _instances(request: Request) -> Response:
    asked = request.query_params.get("authorization_endpoint", "")
    found = _ENDPOINT.match(asked)
    if found is None or not any(found["host"].casefold() in names for _, _, names in _CLOUDS):
        return JSONResponse(
            {
                "error": "invalid_instance",
                "error_description": "AADSTS50049: Unknown or invalid instance.",
                "error_codes": [50049],
                "error_uri": "https://login.microsoftonline.com/error?code=50049",
            },
            400,
        )
    return JSONResponse(
        {
            "tenant_discovery_endpoint": f"{origin(request)}/{found['tenant']}/v2.0/.well-known/openid-configuration",
            "api-version": request.query_params.get("api-version", "1.1"),
            "metadata": [
                {"preferred_network": network, "preferred_cache": cache, "aliases": list(names)}
                for network, cache, names in _CLOUDS
            ],
        }
    )


async def _keys(request: Request) -> Response:
    """None: nobody's signature is under the tokens that the emulator issues."""
    return JSONResponse({"keys": []})
