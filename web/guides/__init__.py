"""The guides: written once in Markdown, shown in every channel, searched over all of them.

What is about the centre lies in ``texts/`` here; what is about a kind of business lies with the business. Figures and
addresses stand in the texts as gaps (``{months_required}``), so that each is written down in one place only.
"""

from web.guides.shelf import Group, Shelf, Source
from web.guides.views import Place, guide_for, guide_url, guides_blueprint, titles
from web.guides.writing import Guide, GuideError, Section

__all__ = [
    "Group",
    "Guide",
    "GuideError",
    "Place",
    "Section",
    "Shelf",
    "Source",
    "guide_for",
    "guide_url",
    "guides_blueprint",
    "titles",
]
