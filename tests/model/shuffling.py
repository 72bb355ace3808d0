"""A wire that brings the items of a read in any order, across its pages, and some of them more than once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import replace
from random import Random
from typing import TypeVar

from airflow_provider_drivedelta.core.changes import Answer, Json, JsonObject, Page, Request
from airflow_provider_drivedelta.core.transport import Transport

T = TypeVar("T")


class Shuffling(Transport):
    """The whole chain of pages is fetched with its first page, then dealt out again.

    Of one item's occurrences the last stays the last: it may come earlier in a form that it had before.
    `forms` keeps each item's form from one transport to the next. Without a `seed` all comes as it is.
    """

    def __init__(self, *, seed: int | None, forms: MutableMapping[Json, JsonObject], **settings: object) -> None:
        super().__init__(**settings)
        self._random = None if seed is None else Random(seed)
        self._forms = forms
        self._dealt: dict[str, Page] = {}

    def fetch(self, request: Request, read: Callable[[Answer], T]) -> T:
        if request.url in self._dealt:
            return self._dealt.pop(request.url)
        first = super().fetch(request, read)
        if not isinstance(first, Page) or self._random is None:
            self._remember(first)
            return first
        chain = [first]
        while (following := chain[-1].next) is not None:
            chain.append(super().fetch(following, read))
        urls = [request.url, *(page.next.url for page in chain[:-1])]
        self._dealt = dict(zip(urls, self._deal(chain, self._random), strict=True))
        return self._dealt.pop(request.url)

    def _remember(self, page: object) -> None:
        if isinstance(page, Page):
            self._forms.update((item["id"], item) for item in page.items)

    def _deal(self, chain: list[Page], random: Random) -> Iterator[Page]:
        """The same pages with the items of all of them spread anew; a page may get none."""
        places: list[tuple[float, JsonObject]] = []
        for item in (item for page in chain for item in page.items):
            occurrences = [*self._earlier(item, random), *[item] * random.choice((1, 1, 1, 2, 3))]
            places += zip(sorted(random.random() for _ in occurrences), occurrences, strict=True)
        items = [item for _, item in sorted(places, key=lambda place: place[0])]
        cuts = [0, *sorted(random.randint(0, len(items)) for _ in chain[1:]), len(items)]
        for page, start, end in zip(chain, cuts, cuts[1:], strict=False):
            self._remember(page)
            yield replace(page, items=items[start:end])

    def _earlier(self, item: JsonObject, random: Random) -> list[JsonObject]:
        known = self._forms.get(item["id"])
        return [known] if known is not None and random.random() < 0.4 else []
