"""How a refused delta token is answered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """By default as the service really does: the flavour in the message alone."""

    flavour: str = "apply"
    code: str = "resyncRequired"
    inner_code: str = ""
    location: bool | str = True
    """A working address, none, ``"broken"`` (it answers 500), or an address of your own."""

    def __post_init__(self) -> None:
        if self.flavour not in ("apply", "upload"):
            raise ValueError("flavour is either 'apply' or 'upload'")
