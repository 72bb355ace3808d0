"""Values that a column cannot hold, and values that it cannot show."""

from __future__ import annotations


class Misfit(ValueError):
    """The value does not fit the type of its field; says what was expected, never the value."""


class Untold(Misfit):
    """The value is right in itself, but the column has no form for it: it stays null and the text goes to `extra`."""
