"""Many SharePoint lists in one task: each at its own site, under one sign-in."""

from __future__ import annotations

from pathlib import Path

from tests.play import Airflow
from tests.team_site import Team


def test_lists_are_pulled_side_by_side_and_one_that_is_not_there_fails_alone(
    airflow: Airflow, team: Team, tmp_path: Path
) -> None:
    """What the vanished one leaves of the task is what the others brought, and the next run goes on from there."""
    airflow.connect(**team.certified())
    team.emulator.site.add_list("Holidays", name="Holidays").add({"Title": "May Day"})
    tasks, holidays, gone = (
        {"site": team.site, "list": title, "name": f"Team / {title}"} for title in ("Ann's tasks", "Holidays", "Gone")
    )
    operator = "SharePointListDeltaToParquetOperator"
    given: dict[str, object] = {"operator": operator, "output": str(tmp_path / "lake"), "token_store": "output"}
    failed = airflow.play(**given, sources=[tasks, gone, holidays], retries=1)
    assert (failed.state, failed.tries) == ("failed", 1)
    assert f"| {team.site}, Gone | Team / Gone | The site has no list 'Gone'" in failed.log
    assert "1 of 3 sources failed" in failed.log

    team.tasks.add({"Title": "Rest", "State": "open"})
    run = airflow.play(**given, sources=[tasks, holidays, {**tasks, "list": f"{team.site}/Lists/Tasks"}])
    told = {name: run.summary[name] for name in ("sources", "published", "quiet", "repeated", "inserted")}
    assert told == {"sources": 3, "published": 1, "quiet": 1, "repeated": 1, "inserted": 1}
    assert airflow.variable() is None
