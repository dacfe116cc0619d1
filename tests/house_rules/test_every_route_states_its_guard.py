"""Every route with its access. A new route must be entered here by somebody who thought about it."""

from flask import Flask

from tests.citizen import Citizen
from tests.house import House
from tests.people import a_person
from web.guards import access_of

ROUTES = {
    "/": "public",
    "/MP_verify_<code>.txt": "public",
    "/app/": "public",
    "/app/lnszgjj.apk": "public",
    "/app/manifest.webmanifest": "public",
    "/app/qr.svg": "public",
    "/h5/": "public",
    "/h5/applications": "signed_in",
    "/h5/applications/<reference>": "signed_in",
    "/h5/applications/<reference>/card": "signed_in",
    "/h5/applications/<reference>/card/<step>": "signed_in",
    "/h5/applications/<reference>/correct": "signed_in",
    "/h5/applications/<reference>/correct/<step>": "signed_in",
    "/h5/applications/<reference>/correct/estimate": "signed_in",
    "/h5/applications/<reference>/correct/photos/<kind>": "signed_in",
    "/h5/applications/<reference>/withdraw": "signed_in",
    "/h5/business": "public",
    "/h5/guides/": "public",
    "/h5/guides/<slug>": "public",
    "/h5/guides/search": "public",
    "/h5/inbox": "signed_in",
    "/h5/inbox/read": "signed_in",
    "/h5/me": "public",
    "/h5/offline": "public",
    "/h5/on-desktop": "signed_in",
    "/h5/photos/<uuid:photo_id>": "signed_in",
    "/h5/photos/<uuid:photo_id>/delete": "signed_in",
    "/h5/photos/<uuid:photo_id>/large": "signed_in",
    "/h5/rent": "signed_in",
    "/h5/rent/<step>": "signed_in",
    "/h5/rent/done/<reference>": "signed_in",
    "/h5/rent/estimate": "signed_in",
    "/h5/rent/<step>/draft": "signed_in",
    "/h5/rent/photos/<kind>": "signed_in",
    "/h5/sw.js": "public",
    "/hall/": "public",
    "/hall/account": "signed_in",
    "/hall/applications": "signed_in",
    "/hall/applications/<reference>": "signed_in",
    "/hall/applications/<reference>/card": "signed_in",
    "/hall/applications/<reference>/card/<step>": "signed_in",
    "/hall/applications/<reference>/correct": "signed_in",
    "/hall/applications/<reference>/correct/<step>": "signed_in",
    "/hall/applications/<reference>/correct/estimate": "signed_in",
    "/hall/applications/<reference>/correct/photos/<kind>": "signed_in",
    "/hall/applications/<reference>/print": "signed_in",
    "/hall/applications/<reference>/withdraw": "signed_in",
    "/hall/by-phone": "signed_in",
    "/hall/by-phone/arrived": "signed_in",
    "/hall/deposits": "signed_in",
    "/hall/draw": "signed_in",
    "/hall/guides/": "public",
    "/hall/guides/<slug>": "public",
    "/hall/guides/search": "public",
    "/hall/home": "signed_in",
    "/hall/inbox": "signed_in",
    "/hall/inbox/read": "signed_in",
    "/hall/photos/<uuid:photo_id>/large": "signed_in",
    "/hall/withdrawals": "signed_in",
    "/hall/rent": "signed_in",
    "/hall/rent/<step>": "signed_in",
    "/hall/rent/done/<reference>": "signed_in",
    "/hall/rent/draft": "signed_in",
    "/hall/rent/estimate": "signed_in",
    "/hall/rent/photos/<kind>": "signed_in",
    "/healthz": "public",
    "/login/bind": "signed_in",
    "/login/out": "public",
    "/login/return": "public",
    "/login/start": "public",
    "/metrics": "public",
    "/readyz": "public",
    "/to": "public",
    "/to/<code>": "public",
    "/wechat/callback": "outside",
    "/wechat/jssdk/config": "public",
    "/wechat/oauth/callback": "public",
    "/wechat/oauth/start": "public",
}


def test_the_list_of_routes_and_their_access_is_complete(public: Flask) -> None:
    found = {rule.rule: access_of(public, rule.endpoint) for rule in public.url_map.iter_rules()}
    assert found == ROUTES


def test_nobody_gets_into_a_signed_in_page(house: House, public: Flask) -> None:
    nobody = Citizen(house, a_person())
    for rule in public.url_map.iter_rules():
        if access_of(public, rule.endpoint) != "signed_in":
            continue
        path = rule.rule.replace("<uuid:photo_id>", "00000000-0000-4000-8000-000000000000")
        path = path.replace("<reference>", "AAAA-AAAA-AAAA").replace("<step>", "details").replace("<kind>", "lease")
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = nobody.browser.request(method, house.url + path, allow_redirects=False, timeout=30)
            assert answer.status_code == 303, (method, path, answer.status_code)
            assert answer.headers["Location"].startswith("/login/start"), (method, path)


def test_a_view_without_a_mark_lets_nobody_in(public: Flask) -> None:
    from bootstrap.static import dressed
    from web.metrics import Metrics

    app = dressed("open", Metrics(), secure=False, form_targets=(), proxies=0)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    app.jinja_env.globals["site"] = public.jinja_env.globals["site"]
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert b"secret" not in answer.data
