"""What an asset's watcher is told, what of it the database keeps, and what the trigger is after a restart."""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Asset, AssetWatcher
from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, RetryLater
from airflow_provider_drivedelta.core.peek import Seen
from airflow_provider_drivedelta.core.protocols.graph_drive import ask_for_drive
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.hooks.variables import PREFIX
from airflow_provider_drivedelta.triggers import DriveDeltaTrigger, SharePointListDeltaTrigger
from airflow_provider_drivedelta.triggers.lookout import LOCATED_FOR, Lookout
from airflow_provider_drivedelta.triggers.watch import Watch
from tests.core.played import START, Follower
from tests.graph_service import GraphService, Reply, file_item, root_item
from tests.graph_service import Seen as Asked
from tests.triggers.test_told import Store
from tests.triggers.watches import PATIENCE, Script, all_of, seen

DRIVE = {"source": "users/ann@contoso.com", "folder": "/Reports", "output": "/data/lake"}
LIST = {
    "site": "https://contoso.sharepoint.com/sites/team",
    "list": "Tasks",
    "output": "/data/lake",
    "fields": ["Title"],
}
TRIGGERS = [
    DriveDeltaTrigger(**DRIVE, protocol="view.delta", poll_interval=30, token_store="output"),
    SharePointListDeltaTrigger(**LIST, query_options={"Scope": "Recursive"}, drivedelta_conn_id="other"),
]


class Scripted(DriveDeltaTrigger):
    """A trigger whose looks are written beforehand."""

    script: Script

    def watch(self) -> Watch:
        return self.script.watch()


def scripted(*looks: Seen | Exception, store: Store | None = None) -> Scripted:
    trigger = Scripted(**DRIVE)  # type: ignore[arg-type]
    trigger.script = Script([*looks])
    trigger.asset_state_store = store  # type: ignore[assignment]
    return trigger


def payloads(trigger: BaseEventTrigger) -> list[Any]:
    return [event.payload for event in all_of(trigger.run)]


class TestWhatItFires:
    def test_news_once_for_each_token_and_nothing_for_none(self) -> None:
        looks = [seen(None), seen("changed"), seen("changed"), seen(None, "m2"), seen("token_refused", "m2")]
        told = payloads(scripted(*looks, seen("token_refused", "m2")))
        assert [event["reason"] for event in told] == ["changed", "token_refused"]
        assert told[0] == {"feed": "drive-b~21drive--1a2b3c4d", "source": "drives/b!drive", "reason": "changed"}

    def test_what_a_person_must_mend_once_so_that_a_run_fails_and_is_seen(self) -> None:
        secret, lost = FixSetup("The secret has expired"), BrokenFeed("A commit is missing")
        told = payloads(scripted(secret, secret, seen("changed"), secret, lost, seen("changed")))
        assert [event["reason"] for event in told] == ["cannot_look", "changed", "cannot_look"]
        assert told[0] == {"feed": "", "source": "users/ann@contoso.com /Reports", "reason": "cannot_look"}

    def test_nothing_for_what_may_pass_by_itself(self) -> None:
        assert payloads(scripted(RetryLater("busy"), ValueError("Airflow's own"), seen(None))) == []

    def test_a_restarted_triggerer_does_not_fire_again_where_airflow_keeps_the_assets_state(self) -> None:
        store = Store()
        assert len(payloads(scripted(seen("changed"), store=store))) == 1
        assert payloads(scripted(seen("changed"), seen("changed"), store=store)) == []
        assert len(payloads(scripted(seen("changed", "m2"), store=store))) == 1

    def test_an_event_that_is_lost_with_the_process_is_fired_again_at_once(self) -> None:
        store = Store()

        async def fire_and_die() -> TriggerEvent:
            events = scripted(seen("changed"), store=store).run()
            event = await anext(events)
            await events.aclose()  # type: ignore[attr-defined]
            return event

        asyncio.run(fire_and_die())
        assert len(payloads(scripted(seen("changed"), store=store))) == 1

    def test_several_watchers_of_an_asset_do_not_mix_up_what_they_told(self) -> None:
        store, other = Store(), Scripted(**{**DRIVE, "folder": "/Plans"})  # type: ignore[arg-type]
        other.script, other.asset_state_store = Script([seen("changed")]), store  # type: ignore[assignment]
        assert len(payloads(scripted(seen("changed"), store=store))) + len(payloads(other)) == 2


class TestWhatIsKept:
    @pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda trigger: type(trigger).__name__)
    def test_a_trigger_is_made_again_from_what_is_kept_of_it(self, trigger: BaseEventTrigger) -> None:
        path, kwargs = trigger.serialize()
        kept = json.loads(json.dumps(kwargs))
        again = type(trigger)(**kept)
        assert path == f"{type(trigger).__module__}.{type(trigger).__name__}"
        assert again.serialize() == (path, kept)
        assert BaseEventTrigger.hash(*again.serialize()) == BaseEventTrigger.hash(path, kwargs)

    @pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda trigger: type(trigger).__name__)
    def test_every_argument_that_was_given_is_kept(self, trigger: BaseEventTrigger) -> None:
        assert trigger.serialize()[1].keys() == inspect.signature(type(trigger)).parameters.keys()

    def test_a_watcher_takes_it(self) -> None:
        from airflow.serialization.encoders import encode_trigger

        (watcher,) = Asset("drive", watchers=[AssetWatcher(name="w", trigger=TRIGGERS[0])]).watchers
        assert encode_trigger(watcher.trigger)["kwargs"]["source"] == "users/ann@contoso.com"

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"protocol": "sharepoint"}, "protocol is 'sharepoint'"),
            ({"token_store": "file"}, "token_store is 'file'"),
            ({"poll_interval": 0}, "poll_interval is 0"),
        ],
    )
    def test_a_wrong_word_is_found_when_the_dag_is_parsed(self, wrong: dict[str, Any], says: str) -> None:
        with pytest.raises(ValueError, match=says):
            DriveDeltaTrigger(**{**DRIVE, **wrong})


@dataclass
class Looking:
    """A feed that was read, and a trigger that watches it with a Connection and a Variable of the environment."""

    service: GraphService
    trigger: DriveDeltaTrigger
    environment: pytest.MonkeyPatch

    def first_event(self) -> dict[str, str]:
        async def first() -> TriggerEvent:
            events: AsyncIterator[TriggerEvent] = self.trigger.run()
            return await asyncio.wait_for(anext(events), PATIENCE)

        return dict(asyncio.run(first()).payload)


@pytest.fixture
def looking(airflow_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Looking]:
    with GraphService() as service:
        connection = {"conn_type": "drivedelta", "host": service.url, "extra": {"access_token": "r3ady"}}
        monkeypatch.setenv("AIRFLOW_CONN_DRIVEDELTA_DEFAULT", json.dumps(connection))
        follower = Follower(service, tmp_path / "lake")
        service.on(START, service.page([root_item(), file_item("a")], delta="/d1"))
        feed = follower.pull().feed
        (token,) = (tmp_path / "lake").glob("*/_drivedelta/token.json")
        monkeypatch.setenv(f"AIRFLOW_VAR_{(PREFIX + feed).upper()}", token.read_text())
        token.unlink()
        trigger = DriveDeltaTrigger(source="drives/b!drive", output=str(tmp_path / "lake"), poll_interval=0.01)
        yield Looking(service, trigger, monkeypatch)


class TestInTheTriggerer:
    def test_it_looks_from_the_variable_with_the_connection_and_tells_no_token(self, looking: Looking) -> None:
        """A10, H5."""
        service = looking.service
        service.on("/d1", service.page([root_item()], delta="/d2"), service.page([file_item("b")], delta="/d2"))
        event = looking.first_event()
        assert (event["source"], event["reason"]) == ("drives/b!drive", "changed")
        assert service.targets[1:] == ["/d1", "/d1"]
        assert "/d" not in event["feed"]

    def test_a_slow_service_does_not_hold_up_the_event_loop(self, looking: Looking) -> None:
        """The answer waits for a beat of the loop's heart, and comes only if Variable and call are beside it."""
        beaten, beats = threading.Event(), []

        def slow(_: Asked) -> Reply:
            beats.append(beaten.wait(PATIENCE / 2))
            return looking.service.page([file_item("b")], delta="/d2")

        looking.service.on("/d1", slow)

        async def play() -> None:
            async def heart() -> None:
                while not looking.service.targets[1:]:
                    await asyncio.sleep(0)
                beaten.set()

            events = looking.trigger.run()
            await asyncio.wait_for(asyncio.gather(anext(events), heart()), PATIENCE)

        asyncio.run(play())
        assert beats == [True]

    def test_a_connection_that_is_not_there_is_a_persons_matter(self, looking: Looking) -> None:
        looking.environment.delenv("AIRFLOW_CONN_DRIVEDELTA_DEFAULT")
        assert looking.first_event()["reason"] == "cannot_look"

    def test_a_connection_that_was_mended_is_used_at_the_next_look(self, looking: Looking) -> None:
        asked: list[Asked] = []

        def refuse_and_mend(request: Asked) -> Reply:
            asked.append(request)
            host = {"conn_type": "drivedelta", "host": looking.service.url, "extra": {"access_token": "mended"}}
            looking.environment.setenv("AIRFLOW_CONN_DRIVEDELTA_DEFAULT", json.dumps(host))
            return Reply.json({"error": {"code": "unauthenticated", "message": ""}}, 401)

        looking.service.on("/d1", refuse_and_mend, looking.service.page([file_item("b")], delta="/d2"))

        async def two() -> list[str]:
            events = looking.trigger.run()
            return [(await asyncio.wait_for(anext(events), PATIENCE)).payload["reason"] for _ in range(2)]

        assert asyncio.run(two()) == ["cannot_look", "changed"]
        assert looking.service.seen[-1].headers["authorization"] == "Bearer mended"

    def test_a_name_is_looked_up_once_in_many_looks_and_again_after_one_that_failed(self, looking: Looking) -> None:
        service = looking.service
        asked = ask_for_drive("", Drive.parse("users/ann")).url
        service.on(f"/v1.0{asked}", Reply.json({"id": "b!drive"}))
        service.on("/d1", *[service.page([], delta="/d2")] * LOCATED_FOR, Reply(404), service.page([], delta="/d2"))
        feed = DriveDeltaTrigger(source="users/ann", output=looking.trigger.feed.output).feed
        lookout = Lookout(feed)
        for _ in range(LOCATED_FOR):
            assert lookout.look().reason is None
        assert service.targets.count(f"/v1.0{asked}") == 1
        with pytest.raises(FixSetup):
            lookout.look()
        assert service.targets.count(f"/v1.0{asked}") == 2
        lookout.look()
        assert service.targets.count(f"/v1.0{asked}") == 3
