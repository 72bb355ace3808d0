"""A task signs in as a person: the next task finds the successor of the refresh token, and nobody sees either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from airflow_provider_drivedelta.emulator import ClientRules, Drive, Emulator, SignInRules
from tests.conftest import Contoso
from tests.play import Airflow, Played

SEED = "r3fresh-token-of-a-person"


@pytest.fixture
def strict() -> Iterator[Contoso]:
    """A tenant whose refresh tokens are good once, so that a lost one ends the sign-in."""
    drive = Drive("Documents", seed="contoso")
    drive.create_file("a.txt", b"a")
    rules = SignInRules(clients={"app": ClientRules()}, refresh_tokens=frozenset({SEED}), one_use=True)
    with Emulator(drives=[drive], sign_in=rules) as emulator:
        yield Contoso(emulator)


def kept() -> tuple[str, str, bool]:
    """The Variable's key, its text, and whether the database holds it encrypted."""
    from airflow import settings
    from airflow.models.variable import Variable

    assert settings.Session is not None
    with settings.Session() as session:
        (row,) = session.scalars(select(Variable).where(Variable.key.startswith("drivedelta_refresh_token__"))).all()
        return row.key, str(row.get_val()), bool(row.is_encrypted)


def test_each_task_keeps_the_next_refresh_token(airflow: Airflow, strict: Contoso, tmp_path: Path) -> None:
    """H5."""
    airflow.connect(**strict.signing_in(password="", refresh_token=SEED))
    runs: list[Played] = []
    texts = [SEED]
    for _ in range(2):
        runs.append(airflow.play(source=strict.source, output=str(tmp_path / "lake")))
        assert runs[-1].state == "success", runs[-1].log
        key, text, encrypted = kept()
        assert (key, encrypted) == ("drivedelta_refresh_token__drivedelta_default", True)
        texts.append(text.partition('"refresh_token": "')[2].partition('"')[0])
    assert len(set(texts)) == 3
    shown = "".join(run.everything for run in runs)
    assert not [token for token in texts if token in shown]
