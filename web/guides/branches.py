"""The centre's 网点 from ``branches.toml``, which the centre fills in: no address is shown that nobody vouched for."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from web.guides.writing import GuideError

_ASKED = {"name", "address", "phone", "hours"}


@dataclass(frozen=True, slots=True)
class Branch:
    """A counter one can go to."""

    name: str
    address: str
    phone: str
    hours: str


def parse(source: str) -> tuple[Branch, ...]:
    """Read the list; it may be empty. Raises GuideError on what is missing or unknown."""
    try:
        raw = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise GuideError(f"branches: not TOML: {error}") from None
    if unknown := raw.keys() - {"branches"}:
        raise GuideError(f"branches: {', '.join(sorted(unknown))} is not [[branches]]")
    return tuple(_branch(each) for each in raw.get("branches", ()))


def load() -> tuple[Branch, ...]:
    """The list this house ships with."""
    return parse((files("web.guides") / "branches.toml").read_text(encoding="utf-8"))


def in_markdown(branches: tuple[Branch, ...]) -> str:
    """One paragraph for each."""
    return "\n\n".join(
        f"**{each.name}**\\\n地址：{each.address}\\\n电话：[{each.phone}](tel:{each.phone})\\\n服务时间：{each.hours}"
        for each in branches
    )


def _branch(raw: dict[str, object]) -> Branch:
    if raw.keys() != _ASKED or not all(isinstance(value, str) and value.strip() for value in raw.values()):
        raise GuideError(f"branches: each has {', '.join(sorted(_ASKED))} in words, and nothing else")
    return Branch(**{name: str(value).strip() for name, value in raw.items()})
