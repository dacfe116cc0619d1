"""影像上传: each photo by itself, with and without a script, and never somebody else's."""

import io
import uuid
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from fund.numbers import IdNumber
from fund.people import Person
from tests.faces.h5.fakes import Front
from tests.faces.h5.test_every_page_is_well_made import is_well_made
from tests.faces.h5.visitor import Visitor
from tests.makers import ID_NUMBERS

KINDS = ["id_front", "id_back", "lease", "rent_receipt", "no_home_proof"]


def at_the_photos(**facts: Any) -> tuple[Front, Visitor]:
    front = Front(**facts)
    return front, front.citizen().walk_to("photos", region="210200")


def upload(
    citizen: Visitor, kind: str, content: bytes, *, fragment: bool = False, follow: bool = True, **more: str
) -> TestResponse:
    token = citizen.page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    data: dict[str, Any] = {"csrf_token": token["value"], "photo": (io.BytesIO(content), "照片.heic"), **more}
    return citizen.client.post(
        f"/h5/rent/photos/{kind}",
        data=data,
        headers={"X-Fragment": "row"} if fragment else {},
        follow_redirects=follow,
    )


def test_each_document_has_a_labelled_file_input_and_its_own_form() -> None:
    _, citizen = at_the_photos()
    forms = citizen.page.find_all("form", attrs={"data-upload": True})
    assert [str(f["action"]) for f in forms] == [f"/h5/rent/photos/{kind}" for kind in [*KINDS, "workplace"]]
    for form in forms:
        chooser = form.find("input", type="file")
        assert form["enctype"] == "multipart/form-data"
        assert chooser["accept"] == "image/*"
        assert not chooser.has_attr("multiple") and not chooser.has_attr("capture")
        assert form.find("button").get_text(strip=True) == "上传"
    assert citizen.text.count("必传") == 5 and citizen.text.count("选传") == 1


def test_a_married_person_is_asked_for_the_marriage_certificate() -> None:
    _, citizen = at_the_photos(married=True)
    assert "婚姻证明" in citizen.text


def test_without_a_script_photos_are_uploaded_one_by_one_and_handed_in() -> None:
    front, citizen = at_the_photos()
    for kind in KINDS:
        citizen.took(upload(citizen, kind, f"photo of {kind}".encode()))
        assert citizen.status == 200 and citizen.path == "/h5/rent/photos"
    assert len(citizen.page.find_all("img", src=lambda s: s and s.startswith("/h5/photos/"))) == 5
    citizen.press("提交申请")
    assert citizen.heading == "提交成功"
    (application,) = front.counter.applications.rows
    assert sorted(front.counter.photos.handed_in(application)) == sorted(KINDS)


def test_all_missing_documents_are_named_at_once() -> None:
    _, citizen = at_the_photos()
    citizen.press("提交申请")
    assert citizen.status == 422
    for words in ("身份证（人像面）", "身份证（国徽面）", "房屋租赁合同", "租金发票或支付凭证", "无房证明"):
        assert f"请上传{words}" in citizen.text
    assert "请上传工作地证明" not in citizen.text


def test_a_bad_photo_is_told_in_words_beside_its_document_and_the_others_stay() -> None:
    _, citizen = at_the_photos()
    citizen.took(upload(citizen, "id_front", b"photo 1"))
    citizen.took(upload(citizen, "lease", b"bad file"))
    assert citizen.status == 422
    row = citizen.page.find(id="kind-lease")
    assert row is not None and "图片无法识别，请上传 JPG 或 PNG 照片" in row.get_text()
    assert len(citizen.page.find_all("img", src=lambda s: s and s.startswith("/h5/photos/"))) == 1


def test_pressing_upload_without_a_choice_says_what_to_do() -> None:
    _, citizen = at_the_photos()
    citizen.took(upload(citizen, "id_front", b""))
    assert citizen.status == 422
    assert "请先选择一张照片" in citizen.text


def test_a_script_gets_the_row_and_nothing_but_the_row() -> None:
    _, citizen = at_the_photos()
    done = upload(citizen, "id_front", b"photo 1", fragment=True)
    assert done.status_code == 200 and done.headers["X-Fragment"] == "stored"
    assert done.text.lstrip().startswith("<li") and "已上传1张" in done.text
    wrong = upload(citizen, "id_back", b"bad file", fragment=True)
    assert wrong.status_code == 422 and wrong.headers["X-Fragment"] == "row"
    assert "图片无法识别" in wrong.text and "<html" not in wrong.text


def test_a_script_is_not_told_that_a_photo_is_stored_when_its_token_was_stale() -> None:
    front, citizen = at_the_photos()
    answer = upload(citizen, "id_front", b"photo 1", fragment=True, csrf_token="stale")
    assert answer.headers["X-Fragment"] == "row"
    assert front.counter.look().photos == {}


def test_the_page_shows_the_photos_again_after_a_reload() -> None:
    _, citizen = at_the_photos()
    upload(citizen, "lease", b"page 1", fragment=True)
    upload(citizen, "lease", b"page 2", fragment=True)
    row = citizen.get("/h5/rent/photos").page.find(id="kind-lease")
    assert row is not None and len(row.find_all("img")) == 2
    assert "继续上传" in row.get_text()


def test_a_document_that_is_complete_offers_only_to_replace_or_delete() -> None:
    _, citizen = at_the_photos()
    citizen.took(upload(citizen, "id_front", b"photo 1"))
    row = citizen.page.find(id="kind-id_front")
    assert row is not None
    assert [b.get_text(strip=True) for b in row.find_all("button")] == ["重新上传", "删除"]


def photo_of(citizen: Visitor, kind: str) -> str:
    row = citizen.page.find(id=f"kind-{kind}")
    assert row is not None
    return str(row.find("img")["src"])


def test_a_photo_is_replaced_by_a_better_one() -> None:
    _, citizen = at_the_photos()
    citizen.took(upload(citizen, "id_front", b"blurred"))
    old = photo_of(citizen, "id_front")
    citizen.took(upload(citizen, "id_front", b"sharp", replaces=old.rsplit("/", 1)[1]))
    assert citizen.status == 200
    new = photo_of(citizen, "id_front")
    assert citizen.client.get(new).data == b"sharp"
    assert citizen.client.get(old).status_code == 404


def test_a_photo_survives_a_bad_replacement() -> None:
    _, citizen = at_the_photos()
    citizen.took(upload(citizen, "id_front", b"blurred"))
    citizen.took(upload(citizen, "id_front", b"bad file", replaces=photo_of(citizen, "id_front").rsplit("/", 1)[1]))
    assert citizen.status == 422
    assert citizen.client.get(photo_of(citizen, "id_front")).data == b"blurred"


def test_a_photo_is_deleted() -> None:
    _, citizen = at_the_photos()
    citizen.took(upload(citizen, "id_front", b"photo 1"))
    citizen.press("删除")
    assert citizen.path == "/h5/rent/photos" and "照片已删除" in citizen.text
    assert citizen.page.find_all("img", src=lambda s: s and s.startswith("/h5/photos/")) == []


def test_a_photo_is_sent_for_nobodys_cache_and_nobodys_script() -> None:
    _, citizen = at_the_photos()
    citizen.took(upload(citizen, "id_front", b"photo 1"))
    headers = citizen.client.get(photo_of(citizen, "id_front")).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Content-Type"] == "image/jpeg"


def test_nobody_sees_replaces_or_deletes_another_persons_photo() -> None:
    front, citizen = at_the_photos()
    citizen.took(upload(citizen, "id_front", b"mine"))
    address = photo_of(citizen, "id_front")
    front.person = Person(uuid.uuid4(), "李四", IdNumber(ID_NUMBERS[1]), "13900000002")
    front.people = type(front.people)(front.counter.person, front.person)
    front.app.extensions["services"] = replace(front.app.extensions["services"], people=front.people)
    thief = front.citizen().walk_to("photos", region="210200")
    assert thief.client.get(address).status_code == 404
    upload(thief, "id_front", b"stolen", replaces=address.rsplit("/", 1)[1])
    assert citizen.client.get(address).data == b"mine"
    token = thief.page.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    thief.client.post(f"{address}/delete", data={"csrf_token": token["value"]})
    assert citizen.client.get(address).data == b"mine"


def test_a_photo_nobody_asks_for_is_not_taken() -> None:
    front, citizen = at_the_photos()
    citizen.took(upload(citizen, "passport", b"photo"))
    assert "现在不需要这张照片" in citizen.text
    assert front.counter.look().photos == {}


@pytest.mark.parametrize("path", ["/h5/rent/photos/id_front", f"/h5/photos/{uuid.UUID(int=1)}/delete"])
def test_signing_in_again_in_the_middle_of_uploading_leads_back_to_the_photos(path: str) -> None:
    _, citizen = at_the_photos()
    assert citizen.get(path).path == "/h5/rent/photos"


@pytest.mark.parametrize("channel", ["/h5/", "/hall/"])
def test_a_photo_opened_large_has_a_page_with_a_title_and_a_way_back(channel: str) -> None:
    front, citizen = at_the_photos()
    front.counter.upload_all()
    citizen.get(f"{channel}rent/photos")
    link = citizen.page.find("a", href=lambda s: s and "/large" in s)
    assert link is not None
    page = citizen.get(str(link["href"]))
    is_well_made(page)
    assert page.heading == "查看影像" and page.path.startswith(f"{channel}photos/")
    image = page.page.find("main").find("img")
    assert citizen.client.get(image["src"]).mimetype == "image/jpeg"
    assert str(page.page.find("a", string="返回")["href"]).startswith(f"{channel}rent/photos#kind-")


def test_somebody_elses_photo_has_no_page_and_the_way_back_stays_in_the_house() -> None:
    front, citizen = at_the_photos()
    front.counter.upload_all()
    assert citizen.get(f"/h5/photos/{uuid.UUID(int=1)}/large").status == 404
    citizen.get("/h5/rent/photos")
    link = str(citizen.page.find("a", href=lambda s: s and "/large" in s)["href"]).partition("?")[0]
    page = citizen.get(f"{link}?back=https://elsewhere.example/")
    assert page.page.find("a", string="返回")["href"] == "/h5/applications"
