"""Every error text in the source: where an error is made, what it says and what it asks for."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from airflow_provider_drivedelta.core import errors

PACKAGE = Path(errors.__file__).parents[1]
NAMES = [name for name, made in vars(errors).items() if inspect.isclass(made) and issubclass(made, Exception)]


@dataclass(frozen=True, slots=True, order=True)
class Raised:
    """One place that makes an error. What is only known when it happens is an ellipsis."""

    module: str
    error: str
    what: str
    then: str


def raised() -> list[Raised]:
    files = (file for file in sorted(PACKAGE.rglob("*.py")) if file.name != "errors.py")
    return sorted({found for file in files for found in _in(file)})


def _in(file: Path) -> Iterator[Raised]:
    module = ast.parse(file.read_text())
    place = file.relative_to(PACKAGE).with_suffix("").as_posix()
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in NAMES:
                    known = _assigned(module.body) | _assigned(ast.walk(function), before=call.lineno)
                    then = next((word.value for word in call.keywords if word.arg == "then"), None)
                    what = _text(call.args[0], known) if call.args else "…"
                    yield Raised(place, call.func.id, what, _text(then, known) if then else "")


def _assigned(nodes: Iterable[ast.AST], *, before: int | None = None) -> dict[str, str]:
    """The texts that names stand for, as they were given last before a line."""
    assigned = [node for node in nodes if isinstance(node, ast.Assign) and (before is None or node.lineno < before)]
    found: dict[str, str] = {}
    for node in sorted(assigned, key=lambda node: node.lineno):
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            found |= {name.id: _text(value, found) for name, value in pairs if isinstance(name, ast.Name)}
    return found


def _text(node: ast.expr, known: dict[str, str]) -> str:
    """What the expression says, as far as it is written down."""
    match node:
        case ast.Constant(str(text)):
            return text
        case ast.JoinedStr(values):
            return "".join(_text(value, known) for value in values)
        case ast.BinOp(left, ast.Add(), right):
            return _text(left, known) + _text(right, known)
        case ast.Name(name):
            return known.get(name, "…")
        case ast.FormattedValue(ast.Name(name)) if name.isupper() or name.lstrip("_").isupper():
            return known.get(name, "…")
        case ast.IfExp(_, body, orelse):
            return f"{_text(body, known)} / {_text(orelse, known)}"
        case ast.BoolOp(_, values):
            return " / ".join(_text(value, known) for value in values)
    return "…"
