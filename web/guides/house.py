"""The guides about the centre itself, and the words that fill the gaps of all guides."""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from fund.draft import KEPT
from fund.journey import MOST_PHOTO_MB
from web.guides import branches
from web.guides.shelf import Source
from web.services import Site
from web.session import IDLE

IDENTITY_URL = "https://www.lnzwfw.gov.cn/"
IDENTITY_PHONE = "024-12345"
_NO_BRANCHES = "网点的地址和办公时间，请拨打服务热线{hotline}{hotline_hours}询问。租房提取在网上就能办，不用到网点。"


def sources_in(folder: Traversable) -> tuple[Source, ...]:
    """Every Markdown file of a folder, named after its guide."""
    found = sorted((each for each in folder.iterdir() if each.name.endswith(".md")), key=lambda each: each.name)
    return tuple(Source(each.name.removesuffix(".md"), each.read_text(encoding="utf-8")) for each in found)


def sources() -> tuple[Source, ...]:
    """The guides about the centre."""
    return sources_in(files("web.guides") / "texts")


def words(site: Site, counters: tuple[branches.Branch, ...]) -> Mapping[str, str]:
    """What is known without any business: the centre, its telephone, its counters, how long things are kept."""
    known = {
        "account_name": site.name,
        "centre": site.centre,
        "portal_url": site.portal_url,
        "hotline": _phone(site.hotline),
        "hotline_hours": f"（{site.hours}）" if site.hours else "",
        "identity_url": IDENTITY_URL,
        "identity_hotline": _phone(IDENTITY_PHONE),
        "draft_days": str(KEPT.days),
        "idle_minutes": str(int(IDLE.total_seconds() // 60)),
        "photo_mb": str(MOST_PHOTO_MB),
    }
    return known | {"branches": branches.in_markdown(counters) or _NO_BRANCHES.format(**known)}


def _phone(number: str) -> str:
    return f"[{number}](tel:{number})"
