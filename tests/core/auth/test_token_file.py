"""The file of a person's sign-in: for its owner alone, replaced in one step."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.auth.token_file import SignedIn, SignInFile
from airflow_provider_drivedelta.core.errors import FixSetup

SIGNED_IN = SignedIn(
    tenant_id="contoso.com", client_id="app", authority="https://login.microsoftonline.com", refresh_token="r0"
)


@pytest.fixture
def file(tmp_path: Path) -> SignInFile:
    file = SignInFile(tmp_path / "sign-in.json")
    file.write(SIGNED_IN)
    return file


def test_what_is_written_is_read_by_its_owner_alone(file: SignInFile) -> None:
    assert file.read() == SIGNED_IN
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_its_successor_replaces_it_and_leaves_nothing_beside(file: SignInFile) -> None:
    file.save("r1", replaces="r0")
    assert file.load() == "r1"
    assert list(file.path.parent.iterdir()) == [file.path]
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_what_another_process_saved_meanwhile_stays(file: SignInFile) -> None:
    file.save("r1", replaces="r0")
    file.save("r1b", replaces="r0")
    assert file.load() == "r1"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_read_or_write_is_refused(file: SignInFile, mode: int) -> None:
    file.path.chmod(mode)
    with pytest.raises(FixSetup, match=r"Others may.*chmod 600"):
        file.read()


@pytest.mark.parametrize("text", ["", "{}", "[]", "{broken", '{"tenant_id": "***"}', "[" * 5000])
def test_a_file_that_holds_no_sign_in_says_so(file: SignInFile, text: str) -> None:
    file.path.write_text(text)
    with pytest.raises(FixSetup, match=r"holds no sign-in.*drivedelta sign-in"):
        file.read()


def test_a_file_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(FixSetup, match=r"cannot be read.*drivedelta sign-in"):
        SignInFile(tmp_path / "nowhere.json").load()
    with pytest.raises(FixSetup, match="cannot be written"):
        SignInFile(tmp_path / "no folder" / "x.json").write(SIGNED_IN)


def test_it_does_not_show_itself() -> None:
    """H5."""
    assert "r0" not in repr(SIGNED_IN)
