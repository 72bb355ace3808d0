"""Tokens in Variables: what is loaded is what was saved, or somebody is told why not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from airflow_provider_drivedelta.core.changes import Token
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.tokens import SavedToken
from airflow_provider_drivedelta.hooks.variables import VariableTokenStore

KEY = "drivedelta__drive-d1"
RECORD = SavedToken("drive-d1", 3, "fingerprint", Token("https://graph/delta?token=T3"), rev=5)


class FakeVariables:
    """A dictionary in the place of Airflow's database; `hidden_by` stands for a secrets backend before it."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}
        self.descriptions: dict[str, str] = {}
        self.hidden_by: dict[str, str] = {}
        self.loses_writes = False

    def get(self, key: str) -> str | None:
        return self.hidden_by.get(key, self.rows.get(key))

    def set(self, key: str, text: str, description: str) -> None:
        self.descriptions[key] = description
        if not self.loses_writes:
            self.rows[key] = text


class CrossedVariables(FakeVariables):
    """A slower run writes its older record right after ours, once."""

    def __init__(self, older: SavedToken) -> None:
        super().__init__()
        self.crossing = [older.to_json()]

    def set(self, key: str, text: str, description: str) -> None:
        super().set(key, text, description)
        if self.crossing:
            self.rows[key] = self.crossing.pop()


@pytest.fixture
def variables() -> FakeVariables:
    return FakeVariables()


@pytest.fixture
def store(variables: FakeVariables) -> VariableTokenStore:
    return VariableTokenStore(variables)


def test_a_missing_variable_is_no_record(store: VariableTokenStore) -> None:
    """E5."""
    assert store.load("drive-d1") is None


def test_what_was_saved_is_loaded(store: VariableTokenStore, variables: FakeVariables) -> None:
    store.save(RECORD)
    assert store.load("drive-d1") == RECORD
    assert json.loads(variables.rows[KEY])["delta_token"] == RECORD.delta_token
    assert "DriveDelta" in variables.descriptions[KEY]


def test_a_feed_sees_its_own_record_only(store: VariableTokenStore) -> None:
    store.save(RECORD)
    assert store.load("drive-d2") is None


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        "***",
        "{",
        "[]",
        "null",
        json.dumps({"feed": "drive-d1"}),
        RECORD.to_json().replace("https://graph/delta?token=T3", "***"),
        replace(RECORD, feed="drive-d2").to_json(),
    ],
)
def test_a_spoiled_variable_says_how_to_recover(
    store: VariableTokenStore, variables: FakeVariables, spoiled: str
) -> None:
    """E5."""
    variables.rows[KEY] = spoiled
    with pytest.raises(FixSetup, match=f"{KEY}.*Delete it") as caught:
        store.load("drive-d1")
    assert "token=T3" not in str(caught.value)


def test_who_recovered_may_write_over_a_spoiled_variable(store: VariableTokenStore, variables: FakeVariables) -> None:
    """E5."""
    variables.rows[KEY] = "***"
    store.save(RECORD)
    assert store.load("drive-d1") == RECORD


def test_a_variable_hidden_by_an_older_one_is_an_error_not_an_endless_reread(
    store: VariableTokenStore, variables: FakeVariables
) -> None:
    """E5."""
    variables.hidden_by[KEY] = replace(RECORD, rev=4, increment=2).to_json()
    with pytest.raises(FixSetup, match=r"revision 4 is read back.*AIRFLOW_VAR_DRIVEDELTA__DRIVE-D1.*No data is lost"):
        store.save(RECORD)


def test_a_variable_hidden_by_a_spoiled_one_is_an_error(store: VariableTokenStore, variables: FakeVariables) -> None:
    """E5."""
    variables.hidden_by[KEY] = "***"
    with pytest.raises(FixSetup, match="nothing of ours is read back"):
        store.save(RECORD)


def test_a_hiding_variable_ahead_of_the_log_is_found_too(store: VariableTokenStore, variables: FakeVariables) -> None:
    """E5. The run loaded the hiding record, went on from the log, and saves its successor."""
    ahead = replace(RECORD, increment=9, rev=9)
    variables.hidden_by[KEY] = ahead.to_json()
    with pytest.raises(FixSetup, match="increment 9, revision 9 is read back"):
        store.save(RECORD.after(ahead))


def test_a_write_that_is_lost_is_an_error(store: VariableTokenStore, variables: FakeVariables) -> None:
    """E5."""
    variables.loses_writes = True
    with pytest.raises(FixSetup, match="nothing of ours is read back"):
        store.save(RECORD)


def test_a_record_of_a_later_increment_is_never_overwritten(store: VariableTokenStore) -> None:
    """E3. Another run committed and saved while ours was still on its way."""
    later = replace(RECORD, increment=4, rev=5)
    store.save(later)
    store.save(RECORD)
    assert store.load("drive-d1") == later


def test_a_variable_ahead_of_a_restored_lake_is_brought_back(store: VariableTokenStore) -> None:
    """E5. The run that found it out counts its revision on from there."""
    ahead = replace(RECORD, increment=9, rev=9)
    store.save(ahead)
    store.save(RECORD.after(ahead))
    loaded = store.load("drive-d1")
    assert loaded is not None
    assert (loaded.increment, loaded.rev) == (3, 10)


def test_a_slower_run_that_writes_over_ours_is_written_over() -> None:
    """E3: a Variable has no compare-and-set."""
    store = VariableTokenStore(CrossedVariables(replace(RECORD, increment=2, rev=4)))

    store.save(RECORD)

    assert store.load("drive-d1") == RECORD
