"""Where a home or an employer is: GB/T 2260 codes down to cities, 沈阳 down to its districts.

``regions.csv`` lists Liaoning first; its figures follow the national code list as of 2024.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fund.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class Region:
    """A place that can be chosen. ``code`` has six digits; ``district`` is empty for a whole city."""

    code: str
    province: str
    city: str
    district: str

    @property
    def city_code(self) -> str:
        """The code of the city this place belongs to (省直辖县 are their own city)."""
        return f"{self.code[:4]}00" if self.district else self.code

    @property
    def words(self) -> str:
        """``沈阳市和平区``, ``大连市``."""
        return self.city + self.district

    @property
    def full(self) -> str:
        """``辽宁省沈阳市和平区``; the province is not said twice for 北京市 and its like."""
        return self.words if self.province == self.city else self.province + self.words


@cache
def _table() -> dict[str, Region]:
    with (files("fund") / "regions.csv").open(encoding="utf-8") as rows:
        return {row["code"]: Region(**row) for row in csv.DictReader(rows)}


def find(code: str) -> Region:
    """The place with this code. Raises InvalidValue."""
    try:
        return _table()[code]
    except KeyError:
        raise InvalidValue("请从列表中选择租房地区", code="region_unknown") from None


def city_name(code: str) -> str:
    """The name of a city for reading; an unknown code is shown as it is."""
    region = _table().get(code)
    return region.words if region else code


def by_province() -> Iterator[tuple[str, tuple[Region, ...]]]:
    """Provinces in the order in which a person of Liaoning looks for them, each with its places."""
    grouped: dict[str, list[Region]] = {}
    for region in _table().values():
        grouped.setdefault(region.province, []).append(region)
    for province, regions in grouped.items():
        yield province, tuple(regions)
