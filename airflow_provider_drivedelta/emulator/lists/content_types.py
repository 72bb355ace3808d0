"""Content types: every list has an item and a folder of its own, below those of the whole site."""

CONTENT_TYPES = {False: "Item", True: "Folder"}
_PARENTS = {False: "0x01", True: "0x0120"}


def content_type(list_id: str, *, is_folder: bool) -> str:
    """The parent's id, two zeros, and a GUID, for which the emulator takes the list's."""
    return f"{_PARENTS[is_folder]}00{list_id.replace('-', '').upper()}"
