"""Who may call SharePoint: tokens for the site's own host, got with a certificate."""

from urllib.parse import urlsplit

from starlette.requests import Request

from airflow_provider_drivedelta.emulator.entra.bearer import Bearers, Grant, presented

_SHAREPOINT = "00000003-0000-0ff1-ce00-000000000000"
_CHALLENGE = (
    'Bearer realm="", client_id="00000003-0000-0ff1-ce00-000000000000", '
    'trusted_issuers="00000001-0000-0000-c000-000000000000@*,D3776938-3DBA-481F-A652-4BEDFCAB7CD8@*", '
    'authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
)


class Unauthorized(Exception):
    """``diagnostics`` is what the service says in a header of that name."""

    def __init__(self, message: str, diagnostics: str) -> None:
        super().__init__(message)
        self.message = message
        self.headers = {
            "WWW-Authenticate": _CHALLENGE,
            "x-ms-diagnostics": f'{diagnostics};category="invalid_client"',
        }


def authorize(request: Request, bearers: Bearers) -> None:
    """Raises Unauthorized; of tokens that nobody issued here, nothing is known and all are welcome where any is."""
    token = presented(request.headers.get("authorization", ""))
    if not token:
        raise Unauthorized(
            "Access denied. You do not have permission.", '3000006;reason="Token contains invalid signature."'
        )
    if not bearers.accepts(token, request.url.scheme):
        raise Unauthorized("The token is expired.", '3000005;reason="Token lifetime is invalid."')
    grant = bearers.grant(token)
    if grant is not None:
        _check(grant, request.headers.get("host", request.url.netloc))


def _check(grant: Grant, host: str) -> None:
    audience = urlsplit(grant.resource).netloc or grant.resource
    if audience.casefold() not in (host.casefold(), _SHAREPOINT):
        reason = f"3000003;reason=\"Invalid audience Uri '{grant.resource}'.\""
        raise Unauthorized("Invalid JWT token. The audience is not this site.", reason)
    if not grant.certified:
        raise Unauthorized("Unsupported app only token.", '3001000;reason="There has been an error authenticating."')


def for_sharepoint_alone(grant: Grant | None) -> bool:
    """Whether Graph has to refuse a token, since it was issued for SharePoint."""
    host = (urlsplit(grant.resource).hostname or grant.resource).casefold() if grant else ""
    return host == _SHAREPOINT or host.endswith(
        (".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us", ".sharepoint.cn")
    )
