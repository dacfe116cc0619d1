"""承诺书: the wording in force, with its gaps filled for one person, or left open for whoever reads it beforehand."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from fund.business import Pledge


def worded(*, name: str, id_number: str, cities: str, years: int) -> Pledge:
    """``id_number`` is a masked one; ``years``: how long whoever lied may not draw again."""
    raw = _wording()
    known = {"name": name, "id": id_number, "cities": cities, "years": str(years)}
    return Pledge(
        version=str(raw["version"]),
        title=str(raw["title"]),
        opening=str(raw["opening"]).format(**known),
        clauses=tuple(str(clause).format(**known) for clause in raw["clauses"]),
        closing=str(raw["closing"]),
    )


def for_everybody(years: int) -> Pledge:
    """As it is published."""
    return worded(name="×××", id_number="×××", cities="缴存城市", years=years)


@cache
def _wording() -> Mapping[str, str | list[str]]:
    return tomllib.loads((files("businesses.rent") / "pledge.toml").read_text(encoding="utf-8"))
