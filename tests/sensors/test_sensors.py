"""A sensor waits until a pull would find something new: on a worker, between two looks, or outside of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, TaskDeferred
from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSensorTimeout

from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.emulator import Fault
from airflow_provider_drivedelta.emulator.faults.plan import Match, Reply
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.sensors import DriveDeltaSensor, SharePointListDeltaSensor
from airflow_provider_drivedelta.triggers.wait_trigger import FeedWaitTrigger
from tests.conftest import EXPIRED, Contoso
from tests.core.played import tree
from tests.play import Airflow
from tests.team_site import serve_team

FIRST = {"ti": SimpleNamespace(get_first_reschedule_date=lambda context: None)}


@dataclass
class Feed:
    """A drive that is pulled into a folder, with its token beside the data."""

    contoso: Contoso
    output: str
    environment: pytest.MonkeyPatch

    def connect(self, **fields: Any) -> None:
        connection = {"conn_type": "drivedelta", **self.contoso.signing_in(**fields)}
        self.environment.setenv("AIRFLOW_CONN_DRIVEDELTA_DEFAULT", json.dumps(connection))

    def pull(self) -> str:
        hook = DriveDeltaHook()
        capture = DriveCapture(source=Drive.parse(self.contoso.source), output=self.output)
        with hook.get_conn() as transport:
            return capture_drive(capture, base_url=hook.base_url, transport=transport).kind

    def change(self) -> None:
        self.contoso.emulator.drive.create_file("new.txt", b"new")

    def be_busy(self) -> None:
        """The service throttles whoever asks for changes."""
        busy = Reply(status=429, headers={"Retry-After": "1"})
        self.contoso.emulator.faults(Fault(match=Match(path="delta", times=100), reply=busy))

    def sensor(self, **arguments: Any) -> DriveDeltaSensor:
        given = {"task_id": "wait", "source": self.contoso.source, "output": self.output, "token_store": "output"}
        return DriveDeltaSensor(**{**given, "poke_interval": 0.0, "timeout": 0, "deferrable": False, **arguments})

    def wait(self, **arguments: Any) -> Any:
        return self.sensor(**arguments).execute(FIRST)  # type: ignore[arg-type]


@pytest.fixture
def feed(airflow_home: Path, contoso: Contoso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Feed:
    feed = Feed(contoso, str(tmp_path / "lake"), monkeypatch)
    feed.connect()
    return feed


class TestOnAWorker:
    def test_a_feed_that_was_never_read_is_not_waited_for(self, feed: Feed) -> None:
        seen = feed.wait()
        assert (seen["source"], seen["reason"]) == (feed.contoso.source, "never_read")

    def test_it_waits_while_there_is_nothing_new_and_leaves_everything_as_it_was(self, feed: Feed) -> None:
        feed.pull()
        before = tree(Path(feed.output))
        with pytest.raises(AirflowSensorTimeout):
            feed.wait()
        with pytest.raises(AirflowRescheduleException):
            feed.wait(mode="reschedule", timeout=60)
        feed.change()
        assert feed.wait()["reason"] == feed.wait(mode="reschedule")["reason"] == "changed"
        assert tree(Path(feed.output)) == before
        assert feed.pull() == "incremental"

    def test_a_dead_token_is_left_to_the_pull(self, feed: Feed) -> None:
        feed.pull()
        feed.contoso.emulator.expire()
        assert feed.wait()["reason"] == "token_refused"

    def test_a_wrong_set_up_fails_at_once_in_the_words_of_the_pull(self, feed: Feed) -> None:
        feed.pull()
        feed.connect(password=EXPIRED)
        with pytest.raises(FixSetup) as pulled:
            feed.pull()
        with pytest.raises(AirflowFailException) as waited:
            feed.wait()
        assert str(waited.value) == str(pulled.value)

    def test_a_busy_service_says_nothing_yet_up_to_a_bound(self, feed: Feed) -> None:
        feed.pull()
        feed.be_busy()
        with pytest.raises(AirflowSensorTimeout):
            feed.wait(max_trouble=3600)
        with pytest.raises(AirflowException, match="throttling") as given_up:
            feed.wait(max_trouble=0)
        assert not isinstance(given_up.value, AirflowSensorTimeout | AirflowFailException)


class TestOutsideOfIt:
    @pytest.fixture
    def deferred(self, feed: Feed) -> TaskDeferred:
        """What the sensor asks Airflow for, where it found nothing new."""
        feed.pull()
        with pytest.raises(TaskDeferred) as deferred:
            feed.wait(deferrable=True, timeout=77, poke_interval=0.01)
        return deferred.value

    def first_event(self, deferred: TaskDeferred) -> dict[str, Any]:
        """What the triggerer makes of it, from what is kept in the database."""
        path, kwargs = deferred.trigger.serialize()
        assert path == f"{FeedWaitTrigger.__module__}.{FeedWaitTrigger.__name__}"
        events = FeedWaitTrigger(**json.loads(json.dumps(kwargs))).run()

        async def first() -> Any:
            event = await asyncio.wait_for(anext(events), 20)
            return event.payload

        return dict(asyncio.run(first()))

    def test_news_need_no_triggerer(self, feed: Feed) -> None:
        assert feed.wait(deferrable=True)["reason"] == "never_read"

    def test_it_goes_on_when_there_is_something_new(self, feed: Feed, deferred: TaskDeferred) -> None:
        assert deferred.timeout is not None
        assert deferred.timeout.total_seconds() == 77
        assert deferred.trigger.serialize()[1]["poll_interval"] == 1.0  # less would be a storm
        feed.change()
        event = self.first_event(deferred)
        seen = getattr(feed.sensor(), deferred.method_name)({}, event)
        assert (seen["source"], seen["reason"]) == (feed.contoso.source, "changed")

    def test_it_fails_in_the_words_of_the_pull(self, feed: Feed, deferred: TaskDeferred) -> None:
        feed.connect(password=EXPIRED)
        with pytest.raises(FixSetup) as pulled:
            feed.pull()
        with pytest.raises(AirflowFailException) as waited:
            feed.sensor().execute_complete({}, self.first_event(deferred))  # type: ignore[arg-type]
        assert str(waited.value) == str(pulled.value)

    def test_trouble_that_lasted_too_long_is_worth_a_retry(self, feed: Feed) -> None:
        with pytest.raises(AirflowException, match="busy") as given_up:
            feed.sensor().execute_complete({}, {"trouble": "busy", "is_final": False})  # type: ignore[arg-type]
        assert not isinstance(given_up.value, AirflowFailException)

    def test_a_busy_service_defers_it_too(self, feed: Feed) -> None:
        feed.pull()
        feed.be_busy()
        with pytest.raises(TaskDeferred):
            feed.wait(deferrable=True, max_trouble=0)

    def test_airflows_own_setting_decides_where_nothing_is_said(self) -> None:
        import inspect

        from airflow.providers.common.compat.sdk import conf

        default = inspect.signature(DriveDeltaSensor).parameters["deferrable"].default
        assert default is conf.getboolean("operators", "default_deferrable")


@pytest.mark.parametrize(
    ("wrong", "says"), [({"protocol": "sharepoint"}, "protocol is"), ({"token_store": "file"}, "token_store is")]
)
def test_a_wrong_word_is_found_when_the_dag_is_parsed(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        DriveDeltaSensor(**{"task_id": "wait", "source": "me", "output": "/lake", **wrong})


DAG_FILE = """
from airflow.sdk import DAG
from airflow_provider_drivedelta.sensors import DriveDeltaSensor, SharePointListDeltaSensor

with DAG({dag_id!r}, schedule=None, params={params!r}) as dag:
    {sensor}(task_id="wait", {arguments}, output="{{{{ params.output }}}}")
"""


def play(airflow: Airflow, sensor: type, **params: str) -> Any:
    arguments = ", ".join(f'{name}="{{{{ params.{name} }}}}"' for name in params if name != "output")
    file = airflow.home / "dags" / f"{airflow.dag_id}.py"
    text = DAG_FILE.format(dag_id=airflow.dag_id, params=params, sensor=sensor.__name__, arguments=arguments)
    file.write_text(text)
    return airflow.play_file(file)


def test_a_drives_sensor_in_a_dag_renders_its_arguments_and_returns_what_it_saw(
    airflow: Airflow, contoso: Contoso, tmp_path: Path
) -> None:
    """H3, H5."""
    airflow.connect(**contoso.signing_in())
    played = play(airflow, DriveDeltaSensor, source=contoso.source, folder="/Reports", output=str(tmp_path / "lake"))
    assert (played.state, played.summary.keys()) == ("success", {"feed", "source", "reason"})
    assert (played.summary["source"], played.summary["reason"]) == (contoso.source, "never_read")
    assert airflow.variable() is None


def test_a_lists_sensor_in_a_dag_does_so_too(airflow: Airflow, tmp_path: Path) -> None:
    with serve_team() as team:
        airflow.connect(**team.certified())
        named = {"site": team.site, "list": "Ann's tasks", "output": str(tmp_path / "lake")}
        played = play(airflow, SharePointListDeltaSensor, **named, fields="Title, State")
    assert (played.state, played.summary["reason"]) == ("success", "never_read")
    assert "Ann's tasks" in str(played.summary["source"])
