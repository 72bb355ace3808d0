"""CAML made of names and numbers, and queries narrowed to some items."""

from __future__ import annotations

from xml.etree import ElementTree

from airflow_provider_drivedelta.core.protocols.caml import element, of_items, view_fields

WHERE = "<Query><Where><Eq><FieldRef Name='A'/><Value Type='Text'>x &amp; y</Value></Eq></Where><OrderBy/></Query>"


def test_names_from_the_service_are_escaped() -> None:
    assert view_fields(['A"<&']) == "<ViewFields><FieldRef Name='A\"&lt;&amp;'/></ViewFields>"
    assert element("Folder", "/a & b") == "<Folder>/a &amp; b</Folder>"


def test_items_by_id_are_one_condition() -> None:
    only = ElementTree.fromstring(of_items([7], query="", contains="")).find("Where")
    assert only is not None
    assert [(child.tag, child.findtext("Value")) for child in only] == [("Eq", "7")]


def test_many_items_are_joined_two_at_a_time_and_not_deep() -> None:
    found = ElementTree.fromstring(of_items(range(1, 101), query="", contains=""))
    assert [value.text for value in found.iter("Value")] == [str(number) for number in range(1, 101)]
    assert {len(either) for either in found.iter("Or")} == {2}
    assert _depth(found) < 12


def test_a_scope_is_kept_beside_the_ids() -> None:
    for scope in ({"query": WHERE, "contains": ""}, {"query": "", "contains": "<Contains/>"}):
        both = ElementTree.fromstring(of_items([7], **scope)).find("Where/And")
        assert both is not None
        assert [child.tag for child in both] == (["Eq", "Eq"] if scope["query"] else ["Contains", "Eq"])


def test_a_query_that_only_sorts_narrows_nothing() -> None:
    assert "<And>" not in of_items([7], query="<Query><OrderBy/></Query>", contains="")


def _depth(element: ElementTree.Element) -> int:
    return 1 + max(map(_depth, element), default=0)
