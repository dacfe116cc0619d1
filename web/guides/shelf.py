"""All guides of a house, in order, as they read on a given day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock

from web.guides.search import Entry
from web.guides.writing import Guide, GuideError, write

Words = Callable[[date], Mapping[str, str]]
"""What fills the gaps on a day: figures change on the day their terms come into force."""


@dataclass(frozen=True, slots=True)
class Source:
    """A Markdown file. Several with one ``slug`` are one guide: each business brings its own 常见问题."""

    slug: str
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """Guides that stand together in the contents."""

    title: str
    slugs: tuple[str, ...]


class Shelf:
    """The guides of a house. Safe to share between threads."""

    def __init__(self, groups: Sequence[Group], sources: Sequence[Source], words: Words) -> None:
        """Raises GuideError when a guide stands in no group, or in none but its name."""
        texts: dict[str, str] = {}
        for source in sources:
            texts[source.slug] = f"{texts[source.slug]}\n\n{source.text}" if source.slug in texts else source.text
        listed = [slug for group in groups for slug in group.slugs]
        if sorted(listed) != sorted(texts):
            raise GuideError(f"guides and groups differ: {sorted(set(listed) ^ set(texts)) or listed}")
        self.groups = tuple(groups)
        self._texts = {slug: texts[slug] for slug in listed}
        self._words = words
        self._written: tuple[Mapping[str, str], dict[str, Guide]] | None = None
        self._lock = Lock()

    def on(self, day: date) -> Mapping[str, Guide]:
        """By slug, in the order of the contents. Raises GuideError, and what the words of that day raise."""
        words = self._words(day)
        with self._lock:
            if self._written is None or self._written[0] != words:
                self._written = (words, {slug: write(slug, text, words) for slug, text in self._texts.items()})
            return self._written[1]

    def entries(self, day: date) -> tuple[Entry, ...]:
        """Everything that can be found on that day."""
        return tuple(
            Entry(guide.slug, guide.title, part.anchor, part.heading or guide.title, part.text)
            for guide in self.on(day).values()
            for part in (guide.opening, *guide.sections)
        )
