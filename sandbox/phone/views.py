"""The phone's pages. What is slow, a push, happens in the background; the page asks for what is new."""

from __future__ import annotations

from typing import Any, NoReturn

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ..wechat import MediaStore, Platform
from ..wechat.account import NAME
from ..wechat.menu_rules import KEY_TYPES
from ..wechat.oauth import take_phone
from . import show

JOURNAL_SHOWN = 40
SCRIPTED = "X-Phone-Script"  # phone.js sends it: the page stays and will ask for what is new
PATIENCE_SECONDS = 1.5
NO_MATERIAL = "沙箱里没有永久素材，无法展示这一按钮的内容"
# What the phone reports with a tap beside the key; the sandbox has no camera and no map.
REPORTED: dict[str, dict[str, Any]] = {
    "scancode_push": {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "sandbox"}},
    "scancode_waitmsg": {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "sandbox"}},
    "pic_sysphoto": {"SendPicsInfo": {"Count": 0, "PicList": ""}},
    "pic_photo_or_album": {"SendPicsInfo": {"Count": 0, "PicList": ""}},
    "pic_weixin": {"SendPicsInfo": {"Count": 0, "PicList": ""}},
    "location_select": {
        "SendLocationInfo": {
            "Location_X": "41.80",
            "Location_Y": "123.43",
            "Scale": "15",
            "Label": "辽宁省沈阳市",
            "Poiname": "",
        }
    },
}


class Phone:
    """One method per address."""

    def __init__(self, platform: Platform, media: MediaStore) -> None:
        self._platform = platform
        self._media = media

    def home(self) -> str:
        """The sandbox's first page: where the phone is, who the people are, what was called."""
        journal = self._platform.world.journal_entries()[-JOURNAL_SHOWN:]
        people = self._platform.world.people()
        url = self._platform.account.public_url
        return render_template("phone/home.html", people=people, journal=journal[::-1], service_url=url)

    def deliveries(self) -> AnyResponse:
        """Everybody's pushes and what became of each try."""
        names = {person["openid"]: person["name"] for person in self._people()}
        found = self._platform.deliveries.newest()
        return fresh(make_response(render_template("phone/deliveries.html", deliveries=found, names=names, show=show)))

    def choose(self) -> str:
        """Whose phone shall it be?"""
        return render_template("phone/choose.html", people=self._people())

    def chat(self, openid: str) -> AnyResponse:
        """The chat; from now on web authorisation answers for this follower."""
        person = self.person(openid)
        followers = self._platform.followers
        response = make_response(
            render_template(
                "phone/chat.html",
                name=NAME,
                person=person,
                following=followers.following(openid),
                menu=self._platform.menu.buttons_for(openid),
                entries=show.entries(followers.chat(openid)),
                text=show.text,
            )
        )
        take_phone(response, openid)
        return fresh(response)

    def new(self, openid: str) -> AnyResponse:
        """What came after message `after`, as HTML to append; `X-Last` is the number to ask for next time."""
        after = request.args.get("after", 0, int)
        found = show.entries(self._platform.followers.chat(openid), after)
        person = self.person(openid)
        html = render_template("phone/entries.html", person=person, entries=found, text=show.text)
        response = make_response(html if found else "")
        response.headers["X-Last"] = str(found[-1]["id"] if found else after)
        return fresh(response)

    def say(self, openid: str) -> AnyResponse:
        """Say something to the account."""
        self.person(openid)
        content = request.form.get("content", "").strip()
        if content:
            self._later(self._platform.message, openid, "text", {"Content": content})
        return self._back(openid)

    def follow(self, openid: str) -> AnyResponse:
        """关注."""
        self.person(openid)
        self._platform.followers.set_following(openid, True)
        self._later(self._platform.event, openid, "subscribe", {"EventKey": ""})
        return self._back(openid)

    def unfollow(self, openid: str) -> AnyResponse:
        """取消关注."""
        self.person(openid)
        self._platform.followers.set_following(openid, False)
        self._later(self._platform.event, openid, "unsubscribe", {"EventKey": ""})
        return self._back(openid)

    def tap(self, openid: str) -> AnyResponse:
        """Tap the menu button at place `button`, written 0 or 0.1; what it opens, opens in this very tab."""
        self.person(openid)
        button = self._button(openid, request.form.get("button", ""))
        kind = button["type"]
        if kind in KEY_TYPES:
            event = "CLICK" if kind == "click" else kind
            fields = {"EventKey": button["key"], **REPORTED.get(kind, {})}
            self._later(self._platform.event, openid, event, fields)
            return self._back(openid)
        if "url" in button:
            event = "VIEW" if kind == "view" else "view_miniprogram"
            view = {"EventKey": button["url"]}
            self._platform.pusher.later(lambda: self._platform.event(openid, event, view))
            return redirect(button["url"], 303)
        self._platform.followers.note(openid, "notice", content=NO_MATERIAL)
        return self._back(openid)

    def media(self, media_id: str) -> AnyResponse:
        """A picture in a chat."""
        media = self._media.find(media_id)
        if media is None:
            abort(404)
        return Response(media.path.read_bytes(), mimetype=media.content_type)

    def scan(self, ticket: str) -> AnyResponse:
        """What a QR code with a scene opens: who scans it?"""
        kept = self._platform.world.section("qrcodes").get(ticket)
        if kept is None or (kept["until"] is not None and kept["until"] <= self._platform.world.now()):
            _refuse("二维码已过期或不存在", 404)
        if request.method == "GET":
            page = render_template("phone/whose.html", people=self._people(), action=request.path)
            return make_response(page)
        openid = request.form.get("openid", "")
        self.person(openid)
        event, fields = self._platform.scanned(openid, kept["scene"], ticket)
        self._platform.followers.set_following(openid, True)
        self._later(self._platform.event, openid, event, fields)
        return self._back(openid)

    def _people(self) -> list[dict[str, Any]]:
        return [person for person in self._platform.world.people() if person.get("openid")]

    def person(self, openid: str) -> dict[str, Any]:
        """Whose phone it is; a page that says so when there is no such follower."""
        person = self._platform.world.person_by_openid(openid)
        if person is None:
            _refuse("没有这位关注者，请重新选择", 404)
        return person

    def _button(self, openid: str, place: str) -> dict[str, Any]:
        choices, found = self._platform.menu.buttons_for(openid), None
        for part in place.split("."):
            if not part.isdecimal() or int(part) >= len(choices):
                _refuse("菜单已更新，请返回重试", 409)
            found = choices[int(part)]
            choices = found["sub_button"]
        if not found or choices:
            _refuse("菜单已更新，请返回重试", 409)
        return found

    def _later(self, work: Any, *args: Any) -> None:
        """Do it in the background; a page without script is shown a little later, with the answer in it."""
        under_way = self._platform.pusher.later(lambda: work(*args))
        if SCRIPTED not in request.headers:
            under_way.join(PATIENCE_SECONDS)

    def _back(self, openid: str) -> AnyResponse:
        return redirect(url_for("phone.chat", openid=openid), 303)


def _refuse(words: str, status: int) -> NoReturn:
    abort(make_response(render_template("phone/wrong_link.html", words=words), status))


def fresh(response: AnyResponse) -> AnyResponse:
    """What the browser must not keep."""
    response.headers["Cache-Control"] = "no-store"
    return response
