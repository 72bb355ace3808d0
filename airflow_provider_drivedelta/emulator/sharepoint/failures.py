"""SharePoint's refusals: a status, an HRESULT with the type of an exception, and a sentence."""

from collections.abc import Mapping


class SharePointError(Exception):
    """Ends a request; ``code`` is spelled as the service does, ``-1, Microsoft.SharePoint.Client.…``."""

    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})


def bad_query(message: str) -> SharePointError:
    return SharePointError(400, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException", message)


def no_resource(name: str) -> SharePointError:
    message = f"Cannot find resource for the request {name}."
    return SharePointError(404, "-1, Microsoft.SharePoint.Client.ResourceNotFoundException", message)


def no_list(title: str, site_url: str) -> SharePointError:
    return SharePointError(
        404, "-1, System.ArgumentException", f"List '{title}' does not exist at site with URL '{site_url}'."
    )


def no_list_id() -> SharePointError:
    message = (
        "List does not exist. The page you selected contains a list that does not exist. "
        "It may have been deleted by another user."
    )
    return SharePointError(404, "-2130575322, Microsoft.SharePoint.SPException", message)


def no_item() -> SharePointError:
    message = "Item does not exist. It may have been deleted by another user."
    return SharePointError(404, "-2130575338, System.ArgumentException", message)


def no_file() -> SharePointError:
    return SharePointError(404, "-2147024894, System.IO.FileNotFoundException", "File Not Found.")


def over_threshold() -> SharePointError:
    message = "The attempted operation is prohibited because it exceeds the list view threshold."
    return SharePointError(500, "-2147024860, Microsoft.SharePoint.SPQueryThrottledException", message)


def unknown_field() -> SharePointError:
    message = "One or more field types are not installed properly. Go to the list settings page to delete these fields."
    return SharePointError(500, "-2130575340, Microsoft.SharePoint.SPException", message)
