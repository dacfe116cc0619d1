"""Searching the guides. Chinese has no spaces between words, so what is typed is looked for as it stands, and failing
that by its pairs of characters: 怎么注册账户 finds 注册账号. Pure functions; the guides are few, so there is no index.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fund.typed import half_width, seen

Parts = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it is what was looked for."""

LONGEST = 40
"""Characters of a search that are looked at."""

_AROUND = 24
_SHOWN = 84
_LEAST_SHARE = 0.5
_FILLERS = re.compile(
    "住房公积金|公积金|请问|你好|您好|我想|想问|一下|怎么办理|怎么办|怎么样|怎么|怎样|如何|什么时候|什么|为什么|哪些|哪里|能不能|可不可以|是不是|"
    "可以|需要|我的|[的吗呢啊了吧]|[\\W_]+"
)
"""What a question is wrapped in and says nothing about its topic; everything here is about 公积金."""
_NUMBERS = re.compile(r"\d(?:[\W_]*[\dXx]){14,}")
"""With whatever signs somebody puts between the groups of an id or card number."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found: a section of a guide, or its opening (``anchor`` is empty then)."""

    slug: str
    guide: str
    anchor: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that fits, with the places marked. ``score`` only compares."""

    entry: Entry
    score: float
    heading: Parts
    snippet: Parts


def find(entries: Sequence[Entry], typed: str, *, most: int = 20) -> tuple[Hit, ...]:
    """The entries that fit what was typed, best first; nothing for nothing."""
    terms = terms_of(typed)
    hits = [hit for entry in entries if (hit := _hit(entry, terms)) is not None]
    return tuple(sorted(hits, key=lambda hit: -hit.score)[:most])


def terms_of(typed: str) -> tuple[str, ...]:
    """What a search is about: without the words of asking, unless there is nothing else."""
    plain = _plain(seen(typed)[:LONGEST]).strip()
    terms = [term for term in _FILLERS.split(plain) if term]
    if not terms:
        terms = re.findall(r"\w+", plain)
    return tuple(dict.fromkeys(terms))


def holds_a_number_of_a_person(typed: str) -> bool:
    """Whether an id or card number was typed, which has no place in a search."""
    return _NUMBERS.search(_plain(seen(typed))) is not None


def _plain(text: str) -> str:
    """As it is compared; as long as it was, so that places stay places."""
    narrow = half_width(text)
    low = narrow.lower()
    return low if len(low) == len(narrow) else narrow  # a few signs of other scripts grow when they are made small


def _hit(entry: Entry, terms: Sequence[str]) -> Hit | None:
    heading, text = _plain(entry.heading), _plain(entry.text)
    score, found = 0.0, 0
    for term in terms:
        strength = 6 * _share(term, heading) * (1 + len(term) / (len(heading) + 1)) + 2 * _share(term, text)
        score += strength * len(term)
        found += len(term) if strength else 0
    # A long question need not fit whole, but most of it has to.
    if not score or 2 * found < sum(map(len, terms)):
        return None
    return Hit(entry, score, _parts(entry.heading, _spans(heading, terms)), _snippet(entry.text, _spans(text, terms)))


def _share(term: str, text: str) -> float:
    """1 when the term stands in the text, else what share of its pairs does, halved; little counts as nothing."""
    if term in text:
        return 1.0
    pairs = _pairs(term)
    share = sum(pair in text for pair in pairs) / len(pairs) if len(pairs) > 1 else 0.0
    return share / 2 if share >= _LEAST_SHARE else 0.0


def _pairs(term: str) -> list[str]:
    return [term[at : at + 2] for at in range(len(term) - 1)]


def _spans(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Where the terms stand, or their pairs where they fit by these; in order, without overlap."""
    looked_for = [
        found for term in terms for found in ([term] if term in text else _pairs(term) if _share(term, text) else [])
    ]
    places = sorted((at.start(), at.end()) for each in looked_for for at in re.finditer(re.escape(each), text))
    spans: list[tuple[int, int]] = []
    for start, end in places:
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _parts(text: str, spans: Sequence[tuple[int, int]]) -> Parts:
    parts, at = [], 0
    for start, end in spans:
        parts += [(text[at:start], False), (text[start:end], True)]
        at = end
    return tuple(part for part in (*parts, (text[at:], False)) if part[0])


def _snippet(text: str, spans: Sequence[tuple[int, int]]) -> Parts:
    """The neighbourhood of the first place, or the beginning when there is none."""
    begin = max(0, spans[0][0] - _AROUND) if spans else 0
    end = begin + _SHOWN
    inside = [(max(start, begin) - begin, min(stop, end) - begin) for start, stop in spans if start < end]
    shown = _parts(text[begin:end].replace("\n", " "), inside)
    before, after = ((("…", False),) if cut else () for cut in (begin > 0, end < len(text)))
    return (*before, *shown, *after)
