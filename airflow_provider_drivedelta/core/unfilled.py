"""Folders that came into a feed without what is in them: restored, or moved in, where the service names them alone.

Graph does so for lists, and cannot be asked for a folder's members. But of each folder it says how many there are:
where fewer were told beside one that is new to the state, everything has to be read. A folder that was made and filled
since the last run was told with all its members.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_drivedelta.core.changes import FeedProtocol, TreeProtocol
from airflow_provider_drivedelta.core.errors import StartOver
from airflow_provider_drivedelta.core.lake.staging import Stage, deciding
from airflow_provider_drivedelta.core.lake.state import State


def check_filled(
    stage: Stage, state: State, protocol: FeedProtocol, members: Mapping[str, int], *, partial: bool
) -> None:
    """Look at the folders of an increment, once its stage is closed.

    :param members: of folders, by id, how many members each said that it has.
    :param partial: the state does not know all that was there before: a folder that is new to it proves nothing.
    :raises StartOver: a folder came without some of its members, or does not say how many there are.
    """
    if not state.layers or protocol.tells_restored or isinstance(protocol, TreeProtocol):
        return
    folders = set(stage.containers)
    new = folders & state.absent() if partial else folders - state.alive(folders)
    if not new:
        return
    told = _told_of(stage, new)
    for key in new:
        said = members.get(stage.containers[key])
        if said is None or said > told[key]:
            raise StartOver("A folder came without all that is in it, and the service cannot be asked for that")


def _told_of(stage: Stage, folders: Collection[str]) -> Counter[str]:
    """How many members of each folder the stage has; where an item was told last, there it is.

    Once through the rows for the paths of the folders, once for whatever was ever told to be in them, once for where
    that is: no more than the members are held.
    """
    paths = {f"{parent}/{name}": key for key, parent, name, _ in _rows(stage, "item_key", folders)}
    seen = {key for key, *_ in _rows(stage, "parent_key", paths)}
    last = {key: None if is_deleted else parent for key, parent, _, is_deleted in _rows(stage, "item_key", seen)}
    return Counter(paths[parent] for parent in last.values() if parent in paths)


def _rows(stage: Stage, column: str, wanted: Collection[str]) -> list[tuple[str, str | None, str | None, bool]]:
    """Of the staged rows with one of these in `column`, in their order: key, parent, name, and whether it is gone."""
    named = ("item_key", "parent_key", "name", "is_deleted")
    values = pa.array(wanted, pa.string())
    found: list[tuple[str, str | None, str | None, bool]] = []
    for batch in deciding(stage):
        chosen = batch.select(named).filter(pc.is_in(batch[column], value_set=values))
        found += zip(*(part.to_pylist() for part in chosen.columns), strict=True)
    return found
