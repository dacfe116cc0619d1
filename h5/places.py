"""Places of a draft by name, and where they are on a phone and on a desktop. A code names a place, never an address,
so that it can lead nowhere else."""

import re

from businesses.rent.journey import JOURNEY
from fund.handover import Device

_STEPS = {step.name for step in JOURNEY.steps}
_BESIDE = {"photos": "/hall/rent/photos"}
"""Pages of the hall beside the one screen on which all other questions stand."""
_REFERENCE = re.compile(r"[0-9A-Za-z-]{1,40}")


def address_of(place: str, to: Device) -> str | None:
    """Where a place is on a device; None for a name we do not have. Places: ``rent``, ``rent/<page>``,
    ``correct/<number>/<page>`` and ``applications/<number>``. Whose it is the page itself asks.

    >>> address_of("rent/photos", Device.PHONE), address_of("rent/photos", Device.DESKTOP)
    ('/h5/rent/photos', '/hall/rent/photos')
    """
    match place.split("/"):
        case ["rent"]:
            return "/h5/rent" if to is Device.PHONE else "/hall/rent"
        case ["rent", step] if step in _STEPS:
            return f"/h5/rent/{step}" if to is Device.PHONE else _BESIDE.get(step, "/hall/rent")
        case ["correct", number, step] if _REFERENCE.fullmatch(number) and step in _STEPS:
            below = f"applications/{number}"
            return f"/{'h5' if to is Device.PHONE else 'hall'}/{below}/correct/{step}"
        case ["applications", number] if _REFERENCE.fullmatch(number):
            return f"/h5/applications/{number}" if to is Device.PHONE else f"/hall/applications/{number}"
    return None


def words_of(place: str) -> str:
    """What is continued there."""
    kind, *rest = place.split("/")
    if kind == "rent":
        return "租房提取的影像上传" if rest == ["photos"] else "租房提取"
    return "补正" if kind == "correct" else "查看申请"
