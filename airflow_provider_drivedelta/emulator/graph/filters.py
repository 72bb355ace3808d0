"""``$filter`` and ``$orderby`` of Graph's collections, as far as people use them; what is not understood is refused."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping

from airflow_provider_drivedelta.emulator.graph.options import BadOption, Options
from airflow_provider_drivedelta.emulator.items import Json

Body = dict[str, Json]
_Test = Callable[[Mapping[str, Json]], bool]

_WORD = re.compile(r"\s*('(?:[^']|'')*'|[(),]|[^\s(),']+)")
_PATH = re.compile(r"[A-Za-z_@][\w/.@]*")
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?")
_MOST_WORDS = 200
_ANY = "/any"
_CONSTANTS: Mapping[str, Json] = {"null": None, "true": True, "false": False}
_COMPARISONS: Mapping[str, Callable[..., bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_FUNCTIONS: Mapping[str, Callable[..., bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
}


def arranged(bodies: Iterable[Body], options: Options) -> list[Body]:
    """Those that the filter lets through, in the order asked for."""
    test = _Clause(options.filter).read() if options.filter else None
    kept = [body for body in bodies if test is None or test(body)]
    for part in reversed([part for part in options.order.split(",") if part.strip()]):
        path, _, direction = part.strip().partition(" ")
        if not _PATH.fullmatch(path) or direction.strip() not in ("", "asc", "desc"):
            raise BadOption(f"Invalid $orderby clause: {part.strip()[:100]!r}.")
        kept.sort(key=_rank(path), reverse=direction.strip() == "desc")
    return kept


class _Clause:
    """A filter, read from left to right; ``and`` binds closer than ``or``."""

    def __init__(self, text: str) -> None:
        self._words: list[str] = _WORD.findall(text)
        self._next = 0
        if _WORD.sub("", text).strip() or len(self._words) > _MOST_WORDS:
            raise BadOption("Invalid filter clause: a text that does not end, or too many words.")

    def read(self) -> _Test:
        test = self._either()
        if self._next < len(self._words):
            raise BadOption(f"Invalid filter clause: did not expect {self._words[self._next][:100]!r}.")
        return test

    def _either(self) -> _Test:
        tests = [self._both()]
        while self._takes("or"):
            tests.append(self._both())
        return lambda body: any(test(body) for test in tests)

    def _both(self) -> _Test:
        tests = [self._single()]
        while self._takes("and"):
            tests.append(self._single())
        return lambda body: all(test(body) for test in tests)

    def _single(self) -> _Test:
        if self._takes("not"):
            test = self._single()
            return lambda body: not test(body)
        if self._takes("("):
            test = self._either()
            self._expect(")")
            return test
        word = self._take()
        if word.endswith(_ANY):
            return self._any_of(word.removesuffix(_ANY))
        return self._function(word) if word in _FUNCTIONS else self._comparison(word)

    def _comparison(self, path: str) -> _Test:
        compare = _COMPARISONS.get(self._take())
        if compare is None or not _PATH.fullmatch(path):
            raise BadOption(f"Invalid filter clause at {path[:100]!r}.")
        wanted = _folded(_literal(self._take()))
        return lambda body: _holds(compare, _folded(_at(body, path)), wanted)

    def _any_of(self, path: str) -> _Test:
        """``groupTypes/any(c:c eq 'Unified')``: one of a list of values."""
        self._expect("(")
        name, _, same = self._take().partition(":")
        if not name or same != name or not _PATH.fullmatch(path):
            raise BadOption(f"Invalid filter clause at {path[:100]!r}.")
        compare = _COMPARISONS.get(self._take())
        if compare is None:
            raise BadOption(f"Invalid filter clause at {path[:100]!r}.")
        wanted = _folded(_literal(self._take()))
        self._expect(")")

        def test(body: Mapping[str, Json]) -> bool:
            values = _at(body, path)
            return isinstance(values, list) and any(_holds(compare, _folded(value), wanted) for value in values)

        return test

    def _function(self, name: str) -> _Test:
        self._expect("(")
        path = self._take()
        self._expect(",")
        wanted = _folded(_literal(self._take()))
        self._expect(")")
        return lambda body: _holds(_FUNCTIONS[name], _folded(_at(body, path)), wanted)

    def _take(self) -> str:
        if self._next == len(self._words):
            raise BadOption("Invalid filter clause: it ends too early.")
        self._next += 1
        return self._words[self._next - 1]

    def _takes(self, word: str) -> bool:
        found = self._words[self._next : self._next + 1] == [word]
        self._next += found
        return found

    def _expect(self, word: str) -> None:
        if not self._takes(word):
            raise BadOption(f"Invalid filter clause: expected {word!r}.")


def _literal(word: str) -> Json:
    if word.startswith("'"):
        return word[1:-1].replace("''", "'")
    if word in _CONSTANTS:
        return _CONSTANTS[word]
    if _NUMBER.fullmatch(word):
        return float(word)
    if _MOMENT.fullmatch(word):
        return word
    raise BadOption(f"Invalid filter clause: {word[:100]!r} is no value.")


def _at(body: Mapping[str, Json], path: str) -> Json:
    """What is at ``fields/Title``; null where there is none."""
    found: Json = body
    for name in path.split("/"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _folded(value: Json) -> Json:
    """Texts compare without regard to case."""
    return value.casefold() if isinstance(value, str) else value


def _holds(compare: Callable[..., bool], value: Json, wanted: Json) -> bool:
    try:
        return compare(value, wanted)
    except TypeError:  # what is null, or of another type, is neither more nor less
        return False


def _rank(path: str) -> Callable[[Mapping[str, Json]], tuple[bool, float, str]]:
    """Null before all, numbers by size, the rest as text."""

    def rank(body: Mapping[str, Json]) -> tuple[bool, float, str]:
        value = _at(body, path)
        number = float(value) if isinstance(value, (int, float)) else 0.0
        return value is not None, number, str(_folded(value))

    return rank
