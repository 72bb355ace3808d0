"""`view.changes` pulled from a scripted service: where a read ends, and a resync that answers 200."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, NeedsReload, RetryLater
from airflow_provider_drivedelta.core.summary import Summary
from tests.core.played import Follower
from tests.graph_service import GraphService, Reply, file_item, folder_item, root_item, tombstone

START = "/v1.0/drives/b!drive/root/view.changes"


def at(token: str) -> str:
    return f"{START}?token={token}"


def page(service: GraphService, *items: object, then: str, more: bool = False, resync: str = "") -> Reply:
    """A page whose token is `then`."""
    links = {"@odata.nextLink": service.host + at(then), "@changes.token": then}
    told = {"@changes.resync": resync} if resync else {}
    return Reply.json({"value": list(items), "@changes.hasMoreChanges": more} | links | told)


def pull(follower: Follower, **options: object) -> Summary:
    return follower.pull(protocol="view.changes", **options)


def read_fully(follower: Follower, *items: object, token: str = "T1") -> Summary:
    follower.service.on(START, page(follower.service, root_item(), *items, then=token))
    return pull(follower)


class TestTheEnd:
    def test_an_increment_ends_at_an_empty_page(self, follower: Follower, service: GraphService) -> None:
        """A12: although it says that there is more."""
        read_fully(follower, file_item("a"))
        service.on(at("T1"), page(service, file_item("b"), then="T2", more=True))
        service.on(at("T2"), page(service, then="T3", more=True))
        assert (pull(follower).inserted, follower.token) == (1, at("T3"))
        assert service.targets == [START, at("T1"), at("T2")]

    def test_a_quiet_run_is_one_request(self, follower: Follower, service: GraphService) -> None:
        read_fully(follower, file_item("a"))
        service.on(at("T1"), page(service, then="T1", more=True))
        summary = pull(follower)
        assert (summary.kind, summary.requests, follower.token) == ("quiet", 1, at("T1"))

    def test_a_full_read_goes_on_after_the_first_empty_page(self, follower: Follower, service: GraphService) -> None:
        """What came after it would be deleted otherwise."""
        service.on(START, page(service, root_item(), file_item("a"), then="T1", more=True))
        service.on(at("T1"), page(service, then="T2", more=True))
        service.on(at("T2"), page(service, file_item("b"), then="T3", more=True))
        service.on(at("T3"), page(service, then="T4", more=True))
        service.on(at("T4"), page(service, then="T5", more=True))
        summary = pull(follower)
        assert (summary.inserted, summary.pages, follower.token) == (2, 5, at("T5"))
        assert service.targets == [START, *map(at, ["T1", "T2", "T3", "T4"])]

    def test_a_second_empty_page_may_have_the_token_of_the_first(
        self, follower: Follower, service: GraphService
    ) -> None:
        service.on(START, page(service, file_item("a"), then="T1", more=True))
        service.on(at("T1"), page(service, then="T1", more=True))
        assert (pull(follower).pages, follower.token) == (3, at("T1"))

    def test_a_full_read_ends_at_a_page_that_has_no_more(self, follower: Follower, service: GraphService) -> None:
        assert read_fully(follower, file_item("a")).requests == 1

    def test_latest_is_one_empty_page(self, follower: Follower, service: GraphService) -> None:
        """A12: the documentation's own example."""
        service.on(at("latest"), page(service, then="T1", more=True))
        assert (pull(follower, start="latest").rows, follower.token) == (0, at("T1"))
        service.on(at("T1"), page(service, root_item(), file_item("a"), then="T2"))
        assert pull(follower).rows == 1

    def test_pages_that_lead_round_in_a_circle_are_left(self, follower: Follower, service: GraphService) -> None:
        read_fully(follower, file_item("a"))
        service.on(at("T1"), page(service, file_item("b"), then="T1", more=True))
        with pytest.raises(BrokenFeed, match="circle"):
            pull(follower)
        assert follower.token == at("T1")


class TestTheToken:
    def test_it_is_sent_back_escaped_twice_where_it_came_so(self, follower: Follower, service: GraphService) -> None:
        """A2."""
        twice = "4%253B%25234%253b1"
        body = {"value": [file_item("a")], "@changes.hasMoreChanges": False, "@changes.token": "4;#4;1"}
        service.on(START, Reply.json(body | {"@odata.nextLink": service.host + at(twice)}))
        pull(follower)
        service.on(at(twice), page(service, then="T2"))
        pull(follower)
        assert service.targets == [START, at(twice)]

    def test_one_that_leads_elsewhere_is_not_kept(
        self, follower: Follower, service: GraphService, elsewhere: GraphService
    ) -> None:
        """F4."""
        body = {"value": [file_item("a")], "@changes.hasMoreChanges": False, "@changes.token": "T1"}
        service.on(START, Reply.json(body | {"@odata.nextLink": elsewhere.host + at("T1")}))
        with pytest.raises(BrokenFeed, match="another host"):
            pull(follower)
        assert (elsewhere.seen, follower.commits) == ([], [])

    def test_a_next_page_elsewhere_is_not_asked_for(
        self, follower: Follower, service: GraphService, elsewhere: GraphService
    ) -> None:
        """F4."""
        service.on(START, page(elsewhere, file_item("a"), then="T1", more=True))
        with pytest.raises(BrokenFeed, match="another host"):
            pull(follower)
        assert elsewhere.seen == []


class TestResync:
    def test_the_page_that_says_so_is_the_first_of_everything(self, follower: Follower, service: GraphService) -> None:
        """B7, B4, B5: its items count, and the dead token's address without a token is never asked."""
        read_fully(follower, file_item("a"), file_item("b"), file_item("gone"))
        told = page(service, root_item(), file_item("a", "new.txt"), then="T2", more=True, resync="applyDifferences")
        service.on(at("T1"), told).on(at("T2"), page(service, file_item("b"), then="T3"))
        summary = pull(follower)
        assert (summary.kind, summary.pages, summary.requests, follower.token) == ("resync", 2, 2, at("T3"))
        assert sorted((row["_op"], row["name"]) for row in follower.rows(2)) == [
            ("delete", "gone.txt"),
            ("update", "new.txt"),
        ]
        assert service.targets == [START, at("T1"), at("T2")]
        assert follower.progress[-1].pages == 2

    def test_upload_differences_keep_what_is_missing(self, follower: Follower, service: GraphService) -> None:
        read_fully(follower, file_item("a"), file_item("lost"))
        service.on(at("T1"), page(service, root_item(), file_item("a"), then="T2", resync="uploadDifferences"))
        assert (pull(follower).missing, follower.rows(2)[0]["_cause"]) == (1, "absent_unsure")

    def test_it_is_a_full_read_whose_end_is_confirmed(self, follower: Follower, service: GraphService) -> None:
        read_fully(follower, file_item("a"), file_item("b"))
        service.on(at("T1"), page(service, root_item(), then="T2", more=True, resync="applyDifferences"))
        service.on(at("T2"), page(service, then="T3", more=True))
        service.on(at("T3"), page(service, file_item("a"), file_item("b"), then="T4"))
        assert (pull(follower).deleted, follower.token) == (0, at("T4"))

    def test_in_the_middle_of_an_increment_what_was_read_is_left(
        self, follower: Follower, service: GraphService
    ) -> None:
        read_fully(follower, file_item("a"))
        service.on(at("T1"), page(service, file_item("half"), then="T2", more=True))
        service.on(at("T2"), page(service, root_item(), file_item("a"), then="T3", resync="applyDifferences"))
        assert (pull(follower).kind, follower.rows(2)) == ("resync", [])

    def test_a_second_one_is_for_another_day(self, follower: Follower, service: GraphService) -> None:
        read_fully(follower, file_item("a"))
        service.on(at("T1"), page(service, root_item(), then="T2", more=True, resync="applyDifferences"))
        service.on(at("T2"), page(service, root_item(), then="T3", more=True, resync="applyDifferences"))
        with pytest.raises(RetryLater, match="refused the fresh start"):
            pull(follower)
        assert follower.token == at("T1")

    def test_a_first_read_may_be_called_one_and_is_the_first_read(
        self, follower: Follower, service: GraphService
    ) -> None:
        """Clients that ask again without a token get the same answer for ever."""
        service.on(START, page(service, root_item(), file_item("a"), then="T2", more=True, resync="applyDifferences"))
        service.on(at("T2"), page(service, file_item("b"), then="T3"))
        summary = pull(follower)
        assert (summary.kind, summary.inserted, follower.token) == ("initial", 2, at("T3"))
        assert service.targets == [START, at("T2")]

    def test_latest_cannot_be_one(self, follower: Follower, service: GraphService) -> None:
        """It would capture everything where only news were asked for."""
        service.on(at("latest"), page(service, file_item("a"), then="T2", resync="applyDifferences"))
        with pytest.raises(RetryLater):
            pull(follower, start="latest")

    def test_it_stops_where_the_plan_says_so(self, follower: Follower, service: GraphService) -> None:
        read_fully(follower, file_item("a"))
        service.on(at("T1"), page(service, root_item(), then="T2", resync="applyDifferences"))
        with pytest.raises(NeedsReload):
            pull(follower, on_resync="stop")
        assert (pull(follower).kind, follower.token) == ("resync", at("T2"))


def test_a_folder_that_comes_back_is_read_with_what_is_in_it(follower: Follower, service: GraphService) -> None:
    """C3."""
    read_fully(follower, folder_item("f"), file_item("a", parent="f"))
    service.on(at("T1"), page(service, tombstone("f"), then="T2"))
    assert pull(follower).deleted == 2
    service.on(at("T2"), page(service, folder_item("f"), then="T3"))
    inside = {"value": [file_item("a", parent="f", **{"@content.downloadUrl": "https://x?tempauth=secret"})]}
    service.on("/v1.0/drives/b!drive/items/f/children", Reply.json(inside))
    assert (pull(follower).inserted, {row["_cause"] for row in follower.rows(3)}) == (2, {"restored", "reported"})
    assert "secret" not in str(follower.rows())
