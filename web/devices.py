"""What a page is looked at with, as far as the browser tells. Nothing is allowed or refused by it."""

from flask import request

_PHONES = ("Mobi", "iPhone")


def on_phone() -> bool:
    """Whether it is a phone; tablets are none."""
    agent = request.headers.get("User-Agent", "")
    return any(word in agent for word in _PHONES)


def in_wechat() -> bool:
    """Whether it is WeChat's own browser."""
    return "MicroMessenger" in request.headers.get("User-Agent", "")


def in_app() -> bool:
    """Whether it is the page's own frame in an app, as that of our Android package; WeChat counts for itself."""
    return "; wv)" in request.headers.get("User-Agent", "") and not in_wechat()
