"""Scenes of QR codes: what a code brings along, and what scanning it means.

A scene stands here only if the replies know it; a poster with any other would do nothing that its reader expects.
"""

from collections.abc import Mapping
from types import MappingProxyType

RENT = "rent"
"""The counter posters: straight to 租房提取."""

SCENES: Mapping[str, str] = MappingProxyType({RENT: "柜台海报：扫码关注后直接打开租房提取"})
"""Scene → what it is for, in words for the administrator who has the poster printed."""
