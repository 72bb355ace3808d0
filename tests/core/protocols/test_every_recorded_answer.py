"""Every answer that was recorded is read by some test: the project's own, and those of a folder where there is one."""

from __future__ import annotations

from tests.core.lists import test_payloads as lists
from tests.core.protocols import test_recorded_graph as graph
from tests.core.protocols import test_recorded_lists as followed_lists
from tests.core.protocols import test_recorded_views as views
from tests.core.protocols.recorded import recorded
from tests.core.rowset import test_payloads as rowsets
from tests.core.rowset.samples import samples

FOLDERS = ("ado_xml", "graph", "sharepoint_xml", "spec_derived")
READ = {
    *(*rowsets.EXPECTED, *rowsets.NO_ROWSET),
    *(*lists.HELD, *graph.READ, *followed_lists.READ),
    *(*views.KNOWN, *views.REFUSALS, *views.ITEMS),
}


def test_every_recorded_answer_is_read_by_a_test() -> None:
    files = {*samples(), *(name for folder in FOLDERS for name in recorded(folder))}
    assert files, "not even the project's own"
    assert files - READ == set()
