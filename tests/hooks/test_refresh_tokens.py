"""The latest refresh token in a Variable: hidden, read back, and never written over by an older one."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.hooks.refresh_tokens import PREFIX, VariableRefreshTokens
from tests.hooks.test_variables import FakeVariables

KEY = f"{PREFIX}m365"


@pytest.fixture
def variables() -> FakeVariables:
    return FakeVariables()


def kept(variables: FakeVariables, seed: str = "r0", **settings: object) -> VariableRefreshTokens:
    return VariableRefreshTokens("m365", seed, variables=variables, **settings)  # type: ignore[arg-type]


def test_at_first_it_is_the_connections(variables: FakeVariables) -> None:
    assert kept(variables).load() == "r0"
    assert variables.rows == {}


def test_each_successor_is_found_by_the_next_task(variables: FakeVariables) -> None:
    kept(variables).save("r1", replaces="r0")
    kept(variables).save("r2", replaces="r1")
    assert kept(variables).load() == "r2"
    assert "DriveDelta" in variables.descriptions[KEY]


def test_a_task_that_was_slower_leaves_the_quicker_ones(variables: FakeVariables) -> None:
    slow, quick = kept(variables), kept(variables)
    assert slow.load() == quick.load() == "r0"
    quick.save("r1", replaces="r0")
    slow.save("r1b", replaces="r0")
    assert kept(variables).load() == "r1"


def test_a_new_one_in_the_connection_ends_the_record_of_the_old(variables: FakeVariables) -> None:
    kept(variables).save("r1", replaces="r0")
    assert kept(variables, "n0").load() == "n0"
    kept(variables, "n0").save("n1", replaces="n0")
    assert kept(variables, "n0").load() == "n1"


def test_what_hides_the_variable_is_found_at_once(variables: FakeVariables) -> None:
    """E5."""
    kept(variables).save("r1", replaces="r0")
    variables.hidden_by[KEY] = variables.rows[KEY]
    with pytest.raises(FixSetup, match=r"another is read back.*AIRFLOW_VAR_DRIVEDELTA_REFRESH_TOKEN__M365") as caught:
        kept(variables).save("r2", replaces="r1")
    assert "r2" not in str(caught.value)


@pytest.mark.parametrize("text", ["***", "{}", "[]", "[" * 5000, '{"version": 1, "rev": 1}', '{"version": 2}', "7"])
def test_a_spoiled_one_is_said_to_be_so(variables: FakeVariables, text: str) -> None:
    """E5."""
    variables.rows[KEY] = text
    with pytest.raises(FixSetup, match=rf"cannot be read.*Variable {KEY}.*Delete the Variable"):
        kept(variables).load()


def test_the_connection_test_writes_nothing(variables: FakeVariables) -> None:
    kept(variables, saves=False).save("r1", replaces="r0")
    assert variables.rows == {}


def test_every_token_is_hidden_before_it_is_kept_or_used(variables: FakeVariables) -> None:
    """H5."""
    hidden: list[str] = []
    kept(variables, hide=hidden.append).save("r1", replaces="r0")
    kept(variables, hide=hidden.append).load()
    assert hidden == ["r1", "r1"]


def test_airflow_hides_the_variable_by_its_name(variables: FakeVariables) -> None:
    """H5."""
    from airflow.providers.common.compat.sdk import redact

    kept(variables).save("r1", replaces="r0")
    assert redact(variables.rows[KEY], KEY) == "***"
