"""The fields that every list has, by the ids that they have everywhere."""

from airflow_provider_drivedelta.emulator.lists.fields import Field

# Id, type, internal name, title, and marks: r read only, h hidden.
_TABLE = """
03e45e84-1992-4d42-9116-26f756012634|ContentTypeId|ContentTypeId|Content Type ID|rh
fa564e0f-0c70-4ab9-b863-0177e6ddd247|Text|Title|Title|
34ad21eb-75bd-4544-8c73-0e08330291fe|Note|_ModerationComments|Approver Comments|rh
39360f11-34cf-4356-9945-25c44e68dade|Text|File_x0020_Type|File Type|rh
1d22ea11-1e32-424e-89ab-9fedbadb6ce1|Counter|ID|ID|r
c042a256-787d-4a6f-8a8a-cf6ab767f12d|Computed|ContentType|Content Type|
28cf69c5-fa48-462a-b5cd-27b6f9d2bd5f|DateTime|Modified|Modified|r
8c06beca-0777-48f7-91c7-6da68bc07b69|DateTime|Created|Created|r
1df5e554-ec7e-46a6-901d-d85a3881cb18|User|Author|Created By|r
d31655d1-1d5b-4511-95a1-7a09e9b75bf2|User|Editor|Modified By|r
26d0756c-986a-48a7-af35-bf18ab85ff4a|Boolean|_HasCopyDestinations|Has Copy Destinations|rh
6b4e226d-3d88-4a36-808d-a129bf52bccf|Text|_CopySource|Copy Source|rh
d4e44a66-ee3a-4d02-88c9-4ec5ff3f4cd5|Integer|owshiddenversion|owshiddenversion|rh
f1e020bc-ba26-443f-bf2f-b68715017bbc|Integer|WorkflowVersion|Workflow Version|rh
7841bf41-43d0-4434-9f50-a673baef7631|Integer|_UIVersion|UI Version|rh
dce8262a-3ae9-45aa-aab4-83bd75fb738a|Text|_UIVersionString|Version|r
67df98f4-9dec-48ff-a553-29bece9c5bf4|Attachments|Attachments|Attachments|
fdc3b2ed-5bf2-4835-a4bc-b885f3396a61|ModStat|_ModerationStatus|Approval Status|rh
bc91a437-52e7-49e1-8c4e-4698904b2b6d|Computed|LinkTitleNoMenu|Title|r
82642ec8-ef9b-478f-acf9-31f7d45fbc31|Computed|LinkTitle|Title|r
50a54da4-1528-4e67-954a-e2d24f1e9efb|Integer|InstanceID|Instance ID|rh
ca4addac-796f-4b23-b093-d2a3f65c0774|Number|Order|Order|h
ae069f25-3ac2-4256-b9c3-15dbc15da0e0|Guid|GUID|GUID|rh
de8beacf-5505-47cd-80a6-aa44e7ffe2f4|Guid|WorkflowInstanceID|Workflow Instance ID|rh
94f89715-e097-4e8b-ba79-ea02aa8b7adb|Lookup|FileRef|URL Path|rh
56605df6-8fa1-47e4-a04c-5b384d59609f|Lookup|FileDirRef|Path|rh
173f76c8-aebd-446a-9bc9-769a2bd2c18f|Lookup|Last_x0020_Modified|Modified|rh
998b5cff-4a35-47a7-92f3-3914aa6aa4a2|Lookup|Created_x0020_Date|Created|rh
30bb605f-5bae-48fe-b4e3-1f81d9772af9|Lookup|FSObjType|Item Type|rh
423874f8-c300-4bfb-b7a1-42e2159e3b19|Lookup|SortBehavior|Sort Type|rh
ba3c27ee-4791-4867-8821-ff99000bac98|Computed|PermMask|Effective Permissions Mask|rh
8553196d-ec8d-4564-9861-3dbe931050c8|File|FileLeafRef|Name|h
4b7403de-8d94-43e8-9f0f-137a3e298126|Lookup|UniqueId|Unique Id|rh
6d2c4fde-3605-428e-a236-ce5f3dc2b4d4|Lookup|SyncClientId|Client Id|rh
c5c4b81c-f1d9-4b43-a6a2-090df32ebb68|Lookup|ProgId|ProgId|rh
dddd2420-b270-4735-93b5-92b713d0944d|Lookup|ScopeId|ScopeId|rh
105f76ce-724a-4bba-aece-f81f2fce58f5|Computed|ServerUrl|Server Relative URL|rh
7177cfc7-f399-4d4d-905d-37dd51bc90bf|Computed|EncodedAbsUrl|Encoded Absolute URL|rh
7615464b-559e-4302-b8e2-8f440b913101|Computed|BaseName|File Name|rh
687c7f94-686a-42d3-9b67-2782eac4b4f8|Lookup|MetaInfo|Property Bag|h
43bdd51b-3c5b-4e78-90a8-fb2087f71e70|Integer|_Level|Level|rh
c101c3e7-122d-4d4d-bc34-58e94a38c816|Boolean|_IsCurrentVersion|Is Current Version|rh
b824e17e-a1b3-426e-aecf-f0184d900485|Lookup|ItemChildCount|Item Child Count|r
960ff01f-2b6d-4f1b-9c3f-e19ad8927341|Lookup|FolderChildCount|Folder Child Count|r
"""
# The columns of the site's table of documents that some of the fields are joined from.
_DOCS = {
    "FileRef": "FullUrl",
    "FileDirRef": "DirName",
    "Last_x0020_Modified": "TimeLastModified",
    "Created_x0020_Date": "TimeCreated",
    "FSObjType": "FSType",
    "FileLeafRef": "LeafName",
}
_JOINED = ("SortBehavior", "UniqueId", "SyncClientId", "ProgId", "ScopeId", "MetaInfo")
_COUNTED = ("ItemChildCount", "FolderChildCount")


def _attributes(name: str, kind: str) -> dict[str, str]:
    if name in _DOCS or name in _JOINED or name in _COUNTED:
        return {"List": "Docs", "FieldRef": "ID", "ShowField": _DOCS.get(name, name), "JoinType": "INNER"}
    if kind == "User":
        return {"List": "UserInfo"}
    if name == "ID":
        return {"PrimaryKey": "TRUE"}
    return {"StorageTZ": "TRUE"} if kind == "DateTime" else {}


def _field(line: str) -> Field:
    guid, kind, name, title, marks = line.split("|")
    return Field(
        title,
        kind,
        name=name,
        id=guid,
        required=name == "Title",
        hidden="h" in marks,
        read_only="r" in marks,
        indexed=name == "ID",
        built_in=name != "Title",
        attributes=_attributes(name, kind),
    )


BUILT_IN = tuple(_field(line) for line in _TABLE.split("\n") if line)
