"""The phone: a chat with the account that a person, or a browser test, can click."""

from __future__ import annotations

from flask import Blueprint

from ..wechat import MediaStore, Platform
from .more import More
from .views import Phone


def blueprint(platform: Platform) -> Blueprint:
    """The sandbox's first page, the phones, and the page behind a QR code with a scene."""
    found = Blueprint("phone", __name__)
    phone = Phone(platform, MediaStore(platform.world))
    more = More(platform, phone)
    found.add_url_rule("/", "home", phone.home)
    found.add_url_rule("/phone/", "choose", phone.choose)
    found.add_url_rule("/phone/<openid>", "chat", phone.chat)
    found.add_url_rule("/phone/<openid>/new", "new", phone.new)
    found.add_url_rule("/phone/<openid>/say", "say", phone.say, methods=["POST"])
    found.add_url_rule("/phone/<openid>/follow", "follow", phone.follow, methods=["POST"])
    found.add_url_rule("/phone/<openid>/unfollow", "unfollow", phone.unfollow, methods=["POST"])
    found.add_url_rule("/phone/<openid>/tap", "tap", phone.tap, methods=["POST"])
    found.add_url_rule("/phone/<openid>/codes", "codes", more.codes)
    found.add_url_rule("/phone/<openid>/notices", "notices", more.notices, methods=["GET", "POST"])
    found.add_url_rule("/phone/<openid>/deliveries", "follower_deliveries", more.deliveries)
    found.add_url_rule("/deliveries", "deliveries", phone.deliveries)
    found.add_url_rule("/phone/media/<media_id>", "media", phone.media)
    found.add_url_rule("/scan/<ticket>", "scan", phone.scan, methods=["GET", "POST"])
    return found


__all__ = ["blueprint"]
