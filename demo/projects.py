"""The list `Projects` of the emulator's sample site, and the changes that are made to it."""

from __future__ import annotations

from demo.microsoft365 import Microsoft365

TITLE = "Projects"
# Numbers of items, as the sample has them: 2 is "Project 01", and so on.
EDITED, DELETED, SCORED, RENAMED, DELETED_LATER = 3, 4, 6, 7, 8


def change(microsoft: Microsoft365) -> list[str]:
    """Edit an item, delete one and add one. Says what it did."""
    edited = {"State": "Done", "Budget": 9999.5, "Due date": "2026-12-24", "Tags": ["export"]}
    microsoft.order("edit", TITLE, item=EDITED, values=edited)
    microsoft.order("delete", TITLE, item=DELETED)
    microsoft.order("add", TITLE, values={"Title": "Bridge over the Öre", "State": "Planned", "Budget": 120000})
    return [
        f"edited item {EDITED}: its state, budget, due date and tags",
        f"deleted item {DELETED}",
        "added an item",
    ]


def add_a_column(microsoft: Microsoft365) -> list[str]:
    """A field of numbers, with a value in one item."""
    microsoft.order("add_field", TITLE, field={"title": "Risk score", "kind": "Number"})
    microsoft.order("edit", TITLE, item=SCORED, values={"Risk score": 0.75})
    return ["added the column Risk score, of numbers", f"gave item {SCORED} a risk score of 0.75"]


def change_a_little(microsoft: Microsoft365) -> list[str]:
    """Delete one item and give one another title."""
    microsoft.order("edit", TITLE, item=RENAMED, values={"Title": "Renamed while the token was dead"})
    microsoft.order("delete", TITLE, item=DELETED_LATER)
    return [f"item {RENAMED} of the list gets another title", f"item {DELETED_LATER} is deleted"]
