"""What an answer of SharePoint's that is none means, as one of our errors."""

from __future__ import annotations

from airflow_provider_drivedelta.core.changes import Answer
from airflow_provider_drivedelta.core.errors import (
    BrokenFeed,
    DriveDeltaError,
    FixSetup,
    RetryLater,
    StartOver,
)
from airflow_provider_drivedelta.core.lists.answer import read_answer
from airflow_provider_drivedelta.core.lists.faults import Fault

_CERTIFICATE = (
    "SharePoint takes no sign-in with a client secret: put a certificate into the connection. "
    "(Or use protocol='graph', which takes both.)"
)
_THRESHOLD = (
    "Index the columns that the query or the view filters and sorts by, give a lower row_limit, "
    "or leave the filter out."
)
# Status -> what happened, what to do.
_FIX: dict[int, tuple[str, str]] = {
    401: (
        "SharePoint refused the sign-in token",
        "Check that it is issued for the site's own host, with a certificate, and that the application has "
        "Sites.Read.All or Sites.Selected of SharePoint (not of Microsoft Graph).",
    ),
    403: (
        "The application may not read this site or list",
        "Grant it Sites.Read.All of SharePoint as application permission, or the site by Sites.Selected.",
    ),
    404: (
        "SharePoint knows no such site or list, or hides it from this application",
        "Check the site's address and the list. If it is gone for good, stop following it; its token was kept.",
    ),
    423: ("The site is locked", "Ask a SharePoint administrator to unlock it; the token was kept."),
}


def fault_of(answer: Answer) -> Fault | None:
    """The error that the body states; None where it states none that can be read."""
    try:
        return read_answer(answer.body, where=answer.where).fault
    except (RetryLater, BrokenFeed):
        return None  # an HTML page, or cut: the status says enough


def is_no_folder(answer: Answer) -> bool:
    """Whether the answer says that there is no such folder, of a list that is there."""
    fault = fault_of(answer) if answer.status == 404 else None
    return fault is not None and fault.meaning == "no folder"


def explain(answer: Answer, fault: Fault | None, *, with_token: bool = False) -> DriveDeltaError:
    """The error that `answer` stands for: its status is not 200, or a fault stands where its rows should.

    :param with_token: a token was sent, so that a complaint about one is about that.
    """
    said = _told(fault)
    if with_token and _is_of_token(answer, fault):
        return StartOver(f"SharePoint cannot use the token{said}", where=answer.where)
    if fault and fault.meaning == "threshold":
        what = f"The query touches more items than the list view threshold allows{said}"
        return FixSetup(what, where=answer.where, then=_THRESHOLD)
    if fault and "unsupported app only token" in fault.message.lower():
        return FixSetup("SharePoint refused the way of signing in", where=answer.where, then=_CERTIFICATE)
    if fault and fault.meaning == "no folder":
        then = "Check the list and the Folder of query_options: server-relative, such as /sites/team/Lists/Tasks/2026."
        return FixSetup(f"The list has no such folder, or the site no such list{said}", where=answer.where, then=then)
    status = 404 if fault and fault.meaning == "no list" else answer.status
    if status in _FIX:
        what, then = _FIX[status]
        return FixSetup(f"{what}: {answer.status}{said}", where=answer.where, then=then)
    if 400 <= status < 500:
        then = "Check the list and the fields, view, query, contains and query_options arguments."
        return FixSetup(f"SharePoint rejects the request: {answer.status}{said}", where=answer.where, then=then)
    then = (
        "Nothing is lost: the next try starts from the same token. If it never passes, one field or item may be "
        "at fault: name the fields to read."
    )
    return RetryLater(f"SharePoint answered {answer.status}{said}", where=answer.where, then=then)


def _is_of_token(answer: Answer, fault: Fault | None) -> bool:
    """Garbage for a token gets a fault without any code over SOAP (R664), the type of an exception over REST."""
    if fault is None or answer.status not in (200, 400, 500):
        return False
    return fault.meaning == "token" or (fault.form == "soap" and not fault.code)


def _told(fault: Fault | None) -> str:
    if fault is None:
        return ""
    code = ", ".join(filter(None, (fault.code, fault.type)))
    parts = ": ".join(filter(None, (code, fault.message[:200].rstrip("."))))
    return f" ({parts})" if parts else ""
