"""What a token says is shown as far as it is harmless, and whatever it is, nothing breaks."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from airflow_provider_drivedelta.core.doctor.token import Claims, read_claims
from tests.jwt import token_of

APPLICATION = {
    "aud": "https://graph.microsoft.com",
    "tid": "contoso",
    "appid": "1111",
    "app_displayname": "Drive Delta",
    "appidacr": "2",
    "roles": ["Files.Read.All", "Sites.Selected"],
    "exp": 1_800_003_600,
}


def test_an_applications_token_says_who_it_is_and_what_it_may() -> None:
    assert read_claims(token_of(**APPLICATION)) == Claims(
        audience="https://graph.microsoft.com",
        tenant="contoso",
        app="1111",
        app_name="Drive Delta",
        roles=("Files.Read.All", "Sites.Selected"),
        certified=True,
        expires=datetime(2027, 1, 15, 9, 0, tzinfo=UTC),
    )


def test_a_persons_token_has_scopes_and_version_2_other_names() -> None:
    claims = read_claims(
        token_of(scp="Files.Read Sites.Read.All", azp="2222", azpacr="1", preferred_username="ann@c.d")
    )
    assert claims
    assert (claims.permissions, claims.app, claims.certified, claims.person) == (
        ("Files.Read", "Sites.Read.All"),
        "2222",
        False,
        "ann@c.d",
    )


@pytest.mark.parametrize(
    "opaque",
    [
        "",
        "EwBwA8l6BAAU",
        "a.b",
        "a.b.c.d",
        "a.!!!.c",
        "x" * 100_000,
        *(f"a.{base64.urlsafe_b64encode(told).decode()}.c" for told in (b"[1]", b"[" * 30_000, b"\xff")),
    ],
)
def test_a_token_that_says_nothing_is_none(opaque: str) -> None:
    assert read_claims(opaque) is None


def test_what_makes_no_sense_or_plays_tricks_is_left_out() -> None:
    strange = {
        "aud": ["a"],
        "tid": "\x1b[2J",
        "appid": 7,
        "roles": ["ok", 5, "\x1b]0;owned\x07", None],
        "scp": {"a": 1},
        "exp": 10**30,
        "appidacr": "9",
    }
    assert read_claims(token_of(**strange)) == Claims(roles=("ok",))
    many = read_claims(token_of(roles=[f"R{number}" for number in range(1000)], aud="a" * 9_999))
    assert many
    assert (len(many.roles), len(many.audience)) == (100, 200)
