"""A small site to look at: a list with every type of field, and one that it looks into."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from airflow_provider_drivedelta.emulator.items import ADA, Person
from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import Given, SharePointList
from airflow_provider_drivedelta.emulator.lists.site import Site
from airflow_provider_drivedelta.emulator.lists.values import CalculatedError, Lookup, Term, Url

_BOB = Person("Bob Bridges", "bob@contoso.com")
_STATES = ("Planned", "Under way", "Done")
_CUSTOMERS = ("Contoso", "Fabrikam; Ltd", "Wingtip")
_REGIONS = (
    Term(1, "North", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
    Term(2, "South", "0f8fad5b-d9cb-469f-a165-70867728950e"),
)
_PROJECTS = 36


def sample_site() -> Site:
    """In Los Angeles, whose dates begin in the middle of a day of UTC."""
    site = Site("/sites/team", title="Team", zone="America/Los_Angeles")
    customers = site.add_list("Customers")
    for name in _CUSTOMERS:
        customers.add({"Title": name})
    fill_projects(site.add_list("Projects", project_fields(customers)))
    return site


def project_fields(customers: SharePointList) -> tuple[Field, ...]:
    """One of every type that a list can be given."""
    return (
        Field("Summary", "Note"),
        Field("Minutes", "Note", rich=True),
        Field("State", "Choice", choices=_STATES),
        Field("Tags", "MultiChoice", choices=("risk", "import", "export")),
        Field("Effort", "Number", decimals=1),
        Field("Budget", "Currency"),
        Field("Rank", "Integer"),
        Field("Approved", "Boolean"),
        Field("Kick-off", "DateTime", format="DateTime"),
        Field("Due date", "DateTime", format="DateOnly"),
        Field("Customer", "Lookup", lookup=customers.id),
        Field("Partners", "LookupMulti", lookup=customers.id),
        Field("Lead", "User"),
        Field("Crew", "UserMulti"),
        Field("Home page", "URL", format="Hyperlink"),
        Field("Label", "Calculated", result="Text", formula="=[Title]"),
        Field("Daily rate", "Calculated", result="Number", formula="=[Budget]/[Effort]"),
        Field("Review", "Calculated", result="DateTime", formula="=[Kick-off]+30"),
        Field("Large", "Calculated", result="Boolean", formula="=[Budget]>1000"),
        Field("Region", "TaxonomyFieldType"),
        Field("Markets", "TaxonomyFieldTypeMulti"),
        Field("Ticket", "Guid"),
    )


def fill_projects(projects: SharePointList) -> None:
    folder: int | None = None
    for number in range(1, _PROJECTS + 1):
        if number % 12 == 1:
            folder = projects.add_folder(f"Year {2024 + number // 12}").id
        item = projects.add(_project(number), folder if number % 3 else None, by=ADA if number % 2 else _BOB)
        if number % 9 == 0:
            projects.attach(item.id, "plan.pdf")


def _project(number: int) -> Given:
    effort, budget = Decimal(number % 7) / 2, Decimal(number * 130)
    start = datetime(2026, 1, 5, 16, 30, tzinfo=UTC) + timedelta(days=3 * number)
    customer = number % len(_CUSTOMERS)
    return {
        "Title": f"Project {number:02}",
        "Summary": f"What is to be done & how, no. {number}",
        "Minutes": f"<div><p>Item {number} &amp; its <b>minutes</b></p></div>",
        "State": _STATES[number % len(_STATES)],
        "Tags": ("risk", "import")[: number % 3],
        "Effort": effort,
        "Budget": budget,
        "Rank": number,
        "Approved": number % 2 == 0,
        "Kick-off": start,
        "Due date": date(2026, 3, 1) + timedelta(days=number),
        "Customer": Lookup(customer + 1, _CUSTOMERS[customer]),
        "Partners": tuple(Lookup(at + 1, name) for at, name in enumerate(_CUSTOMERS) if at != customer),
        "Lead": ADA if number % 2 else _BOB,
        "Crew": (ADA, _BOB)[: number % 3],
        "Home page": Url(f"https://example.com/projects/{number}?a=1,2", f"Project {number}, home"),
        "Label": f"Project {number:02}",
        "Daily rate": float(budget / effort) if effort else CalculatedError("#DIV/0!"),
        "Review": start + timedelta(days=30),
        "Large": budget > 1000,
        "Region": _REGIONS[number % 2],
        "Markets": _REGIONS if number % 4 == 0 else None,
        "Ticket": f"00000000-0000-4000-8000-{number:012}",
    }
