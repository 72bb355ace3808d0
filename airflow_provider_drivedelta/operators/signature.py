"""The signature that a class really has, where each of its parents takes arguments of its own."""

from __future__ import annotations

import inspect


def whole_signature(cls: type, *, up_to: type) -> inspect.Signature:
    """All keyword arguments that `cls` and its parents below `up_to` name, its own first, then `**kwargs`.

    To Python each `__init__` hides its parents' arguments in `**kwargs`, and so to `help()`, notebooks and Sphinx.
    """
    inits = [vars(each)["__init__"] for each in cls.__mro__ if each not in up_to.__mro__ and "__init__" in vars(each)]
    named: dict[str, inspect.Parameter] = {}
    for init in inits:
        for name, parameter in inspect.signature(init).parameters.items():
            if parameter.kind is parameter.KEYWORD_ONLY:
                named.setdefault(name, parameter)
    required_first = sorted(named.values(), key=lambda parameter: parameter.default is not parameter.empty)
    return inspect.Signature([*required_first, inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)])
