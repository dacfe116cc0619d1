"""A guide from its Markdown: a title, an opening, and sections that each have an address of their own.

    # 所需材料
    The opening, if any.
    ## 怎样拍 {#photographing}
    …

Only our own files are written here, and HTML in them stays text. A link whose title is ``button`` becomes a button.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from fund.errors import FundError

_GAP = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_HEADING = re.compile(r"(?P<words>.+?)\s*\{#(?P<anchor>[a-z][a-z0-9-]*)\}")


class GuideError(FundError):
    """A guide cannot be shown as it is written; the message names the guide and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and what stands below it. ``anchor`` is for good: messages and pages link to it."""

    anchor: str
    heading: str
    html: Markup
    text: str
    """The same without marks, for the search."""


@dataclass(frozen=True, slots=True)
class Guide:
    """One page. ``opening`` stands above the first section and may be empty."""

    slug: str
    title: str
    opening: Section
    sections: tuple[Section, ...]


def write(slug: str, source: str, words: Mapping[str, str]) -> Guide:
    """The guide with every gap filled from ``words``. Raises GuideError."""
    tokens = _markdown().parse(_filled(slug, source, words))
    title = ""
    parts: list[tuple[str, str, list[Token]]] = [("", "", [])]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.type != "heading_open" or token.tag not in ("h1", "h2"):
            parts[-1][2].append(token)
            at += 1
            continue
        said = tokens[at + 1].content
        at += 3  # heading_open, its words, heading_close
        if token.tag == "h1":
            title = title or said
            continue
        found = _HEADING.fullmatch(said)
        if found is None:
            raise GuideError(f"{slug}: “{said}” has no address like {{#photographing}}")
        parts.append((found["anchor"], found["words"], []))
    sections = tuple(_section(*part) for part in parts)
    _check(slug, title, sections[1:])
    return Guide(slug, title, sections[0], sections[1:])


def _check(slug: str, title: str, sections: Sequence[Section]) -> None:
    if not title or not sections:
        raise GuideError(f"{slug}: a guide has a title and at least one section")
    if len({section.anchor for section in sections}) != len(sections):
        raise GuideError(f"{slug}: two sections have the same address")
    for section in sections:
        if not section.text:
            raise GuideError(f"{slug}: nothing stands below “{section.heading}”")


def _filled(slug: str, source: str, words: Mapping[str, str]) -> str:
    def fill(gap: re.Match[str]) -> str:
        if gap[1] not in words:
            raise GuideError(f"{slug}: nothing is known of {gap[0]}")
        return words[gap[1]]

    return _GAP.sub(fill, source)


def _section(anchor: str, heading: str, tokens: list[Token]) -> Section:
    markdown = _markdown()
    for token in _inline(tokens):
        if token.type == "link_open":
            _dress(token)
    # Safe: the renderer escapes all text, and HTML in the source was never read as such.
    html = Markup(markdown.renderer.render(tokens, markdown.options, {}))
    return Section(anchor, heading, html, _text(tokens))


def _inline(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()


def _dress(link: Token) -> None:
    if link.attrGet("title") == "button":
        del link.attrs["title"]
        link.attrSet("class", "weui-btn weui-btn_primary")
    if str(link.attrGet("href")).startswith(("http:", "https:")):
        link.attrSet("rel", "noopener")


def _text(tokens: Sequence[Token]) -> str:
    said = ("".join(child.content for child in token.children or ()) for token in tokens if token.type == "inline")
    return "\n".join(line for line in said if line)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")
