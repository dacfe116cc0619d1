"""租房提取 from the menu to 提交成功, without JavaScript, over HTTP, with everything real behind it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from tests.citizen import Citizen, a_citizen, add_people
from tests.house import House, eventually
from tests.people import a_person
from tests.pictures import a_photo

NUMBER = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


def number_on(citizen: Citizen) -> str:
    found = NUMBER.search(citizen.text)
    assert found, citizen.text[:500]
    return found[0]


def test_a_plain_case_in_shenyang_is_handed_in_without_photos(house: House) -> None:
    citizen = a_citizen(house).signs_in()
    assert citizen.sees("测*") or citizen.sees("测**")
    citizen.hands_in()
    assert citizen.status == 200
    assert citizen.heading == "提交成功"
    assert citizen.sees("3个工作日")
    assert citizen.sees(citizen.person["cards"][0]["number"][-4:])
    number = number_on(citizen)
    citizen.follow("查看进度")
    assert citizen.sees(number)
    assert citizen.sees("已提交")
    assert citizen.sees("8,400.00")


def test_the_follower_is_told_once_that_the_application_arrived(house: House) -> None:
    citizen = a_citizen(house)
    house.push(citizen.person["openid"], event="subscribe")
    citizen.signs_in().hands_in()
    number = number_on(citizen)

    def told() -> list[dict[str, object]]:
        return house.notices(citizen.person["openid"])

    messages = eventually(told)
    assert number in str(messages[0])
    assert "已提交" in str(messages[0])
    citizen.open("/h5/applications")
    assert len(told()) == 1


def test_a_home_outside_shenyang_needs_photos_before_it_can_be_handed_in(house: House) -> None:
    citizen = a_citizen(house).signs_in()
    citizen.to_the_pledge(**{"租房地区": "210300"})
    citizen.press("提交申请", {"我已阅读并同意": "yes"})
    assert citizen.heading == "影像上传"
    citizen.press("提交申请")
    assert citizen.heading == "影像上传"
    assert citizen.sees("请上传身份证（人像面）")
    for seed, kind in enumerate(
        ["身份证（人像面）", "身份证（国徽面）", "房屋租赁合同", "租金发票或支付凭证", "无房证明"]
    ):
        upload_photo(citizen, kind, a_photo(seed))
        assert citizen.status == 200, citizen.text[:400]
        assert citizen.heading == "影像上传"
    citizen.press("提交申请")
    assert citizen.heading == "提交成功"


def upload_photo(citizen: Citizen, kind: str, picture: bytes, name: str = "照片.jpg") -> None:
    for form in citizen.page.find_all("form"):
        control = form.find("input", type="file")
        label = citizen.page.find("label", attrs={"for": control.get("id")}) if control else None
        if control and label and kind in label.get_text(" ", strip=True):
            action = str(form["action"])
            data = citizen.form_data(form)
            files = {str(control["name"]): (name, picture, "image/jpeg")}
            answer = citizen.browser.post(citizen.house.url + action, data=data, files=files, timeout=30)
            citizen._took(answer)
            return
    raise AssertionError(f"no upload for {kind}: {citizen.text[:300]}")


def test_an_employer_in_dalian_renting_in_shenyang_needs_photos_too(house: House) -> None:
    citizen = a_citizen(house, employer={"city": "210200"}).signs_in()
    citizen.to_the_pledge()
    citizen.press("提交申请", {"我已阅读并同意": "yes"})
    assert citizen.heading == "影像上传"


def test_every_reason_against_it_is_told_at_once_on_the_first_page(house: House) -> None:
    citizen = a_citizen(house, account={"status": "06", "months_in_a_row": 1}, homes=[{"city": "210100"}]).signs_in()
    citizen.follow("业务办理")
    citizen.follow("租房提取")
    assert citizen.heading == "核实个人基本信息"
    for words in ("冻结", "还需连续缴存2个月", "自有住房"):
        assert citizen.sees(words)
    assert not citizen.page.find("button", string=re.compile("下一步"))


def test_a_too_high_amount_is_explained_and_everything_typed_is_kept(house: House) -> None:
    citizen = a_citizen(house).signs_in().begins()
    citizen.press("下一步", citizen.details(**{"提取金额（元）": "9000"}))
    assert citizen.status == 422
    assert citizen.sees("提取金额不能超过 8,400.00 元")
    assert citizen.value("提取金额（元）") in ("9000", "9000.00")
    assert citizen.value("房屋地址") == "青年大街100号3单元501室"
    citizen.press("下一步", {"提取金额（元）": "8400"})
    assert citizen.heading == "收款账户"


def test_fifty_parallel_hand_ins_give_one_application_and_fifty_identical_receipts(house: House) -> None:
    citizen = a_citizen(house).signs_in().to_the_pledge()
    form, _ = citizen._form_with("提交申请", "")
    data = {**citizen.form_data(form), "agreed": "yes"}

    def post(_: int) -> tuple[int, str]:
        answer = citizen.browser.post(citizen.url, data=data, timeout=60)
        found = NUMBER.search(answer.text)
        return answer.status_code, found[0] if found else answer.text[:200]

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(post, range(50)))
    assert len(set(answers)) == 1, set(answers)
    assert answers[0][0] == 200
    citizen.open("/h5/applications")
    assert set(NUMBER.findall(citizen.text)) == {answers[0][1]}


def test_posting_the_last_page_again_shows_the_same_receipt(house: House) -> None:
    citizen = a_citizen(house).signs_in().to_the_pledge()
    form, _ = citizen._form_with("提交申请", "")
    url, data = citizen.url, {**citizen.form_data(form), "agreed": "yes"}
    first = number_on(citizen._took(citizen.browser.post(url, data=data, timeout=30)))
    again = citizen._took(citizen.browser.post(url, data=data, timeout=30))
    assert again.heading == "提交成功"
    assert number_on(again) == first


def test_a_second_application_in_the_same_year_is_refused_with_the_number_of_the_first(house: House) -> None:
    citizen = a_citizen(house).signs_in().hands_in()
    number = number_on(citizen)
    citizen.open("/h5/rent/info")
    assert citizen.sees(number)
    assert citizen.sees("请勿重复提交")


def test_a_withdrawn_application_makes_room_for_a_new_one(house: House) -> None:
    citizen = a_citizen(house).signs_in().hands_in()
    first = number_on(citizen)
    citizen.follow("查看进度")
    citizen.follow("撤销申请")
    citizen.press("确认撤销")
    assert citizen.sees("已撤销")
    citizen.open("/h5/").hands_in()
    assert citizen.heading == "提交成功"
    assert number_on(citizen) != first


def test_a_step_cannot_be_skipped_by_its_address(house: House) -> None:
    citizen = a_citizen(house).signs_in()
    for step in ("details", "account", "pledge", "photos"):
        citizen.open(f"/h5/rent/{step}")
        assert citizen.path == "/h5/rent/info"
    citizen.open("/h5/rent/nonsense")
    assert citizen.status == 404


def test_two_windows_merge_what_they_changed_and_show_what_clashes(house: House) -> None:
    citizen = a_citizen(house).signs_in().begins()
    citizen.press("下一步", citizen.details())
    other = Citizen(house, citizen.person)
    other.browser.cookies.update(citizen.browser.cookies)
    citizen.open("/h5/rent/details")
    other.open("/h5/rent/details")
    citizen.press("下一步", {"房屋地址": "青年大街200号1单元101室"})
    other.press("下一步", {"月租金额": "1300", "提取金额（元）": "7000"})
    assert other.heading == "收款账户"
    citizen.open("/h5/rent/details")
    assert citizen.value("房屋地址") == "青年大街200号1单元101室"
    assert citizen.value("月租金额") == "1300.00"
    other.open("/h5/rent/details")
    citizen.press("下一步", {"房屋地址": "青年大街300号1单元101室"})
    other.press("下一步", {"房屋地址": "青年大街400号1单元101室"})
    assert other.status == 409
    assert "青年大街300号1单元101室" in other.html
    assert other.value("房屋地址") == "青年大街400号1单元101室"
    other.press("下一步")
    assert other.heading == "收款账户"
    other.open("/h5/rent/details")
    assert other.value("房屋地址") == "青年大街400号1单元101室"


def test_what_was_typed_survives_an_expired_session(house: House) -> None:
    citizen = a_citizen(house).signs_in().begins()
    typed = citizen.details(**{"房屋地址": "过期会话路1号2单元303室"})
    form, _ = citizen._form_with("下一步", "")
    data = citizen.form_data(form) | {str(citizen.field(label)["name"]): value for label, value in typed.items()}
    citizen.loses_the_session()
    citizen._took(citizen.browser.post(f"{house.url}/h5/rent/details", data=data, timeout=30))
    assert citizen.heading != "收款账户"
    citizen.press("登录", {"账号": citizen.person["login"], "密码": citizen.person["password"]})
    assert citizen.path == "/h5/rent/details"
    assert citizen.sees("已为您保留")
    assert citizen.value("房屋地址") == "过期会话路1号2单元303室"
    citizen.press("下一步")
    assert citizen.heading == "收款账户"


def test_a_change_is_still_a_change_after_the_forms_token_had_expired(house: House) -> None:
    citizen = a_citizen(house).signs_in().to_the_pledge()
    citizen.open("/h5/rent/details?change=1")
    form, _ = citizen._form_with("下一步", "")
    data = citizen.form_data(form) | {"csrf_token": "expired", "address": "令牌过期路1号2单元303室"}
    citizen._took(citizen.browser.post(citizen.url, data=data, timeout=30))
    assert citizen.path == "/h5/rent/details"
    assert citizen.sees("已为您保留")
    assert citizen.value("房屋地址") == "令牌过期路1号2单元303室"
    citizen.press("下一步")
    assert citizen.heading == "承诺书"


def test_what_somebody_else_typed_is_not_shown_to_the_next_who_signs_in(house: House) -> None:
    citizen = a_citizen(house).signs_in().begins()
    citizen.press("下一步", citizen.details())
    citizen.open("/h5/rent/details")
    form, _ = citizen._form_with("下一步", "")
    data = citizen.form_data(form) | {"address": "别人的路1号2单元303室"}
    citizen.loses_the_session()
    citizen._took(citizen.browser.post(f"{house.url}/h5/rent/details", data=data, timeout=30))
    next_one = a_citizen(house)
    citizen.press("登录", {"账号": next_one.person["login"], "密码": next_one.person["password"]})
    if citizen.sees("改为绑定本微信"):
        citizen.follow("暂不绑定")
    assert "别人的路1号" not in citizen.html
    citizen.open("/h5/").begins()
    assert citizen.heading == "租房信息"
    assert "别人的路1号" not in citizen.html


def test_nobody_opens_another_persons_application_or_photo(house: House) -> None:
    owner = a_citizen(house).signs_in()
    owner.to_the_pledge(**{"租房地区": "210200"}).press("提交申请", {"我已阅读并同意": "yes"})
    upload_photo(owner, "身份证（人像面）", a_photo(7))
    picture = next(str(i["src"]) for i in owner.page.find_all("img") if "/h5/photos/" in str(i.get("src", "")))
    assert owner.browser.get(house.url + picture, timeout=30).headers["Content-Type"] == "image/jpeg"
    applied = a_citizen(house).signs_in().hands_in()
    number = number_on(applied)
    thief = a_citizen(house).signs_in()
    assert thief.open(picture).status == 404
    assert thief.open(f"/h5/applications/{number}").status == 404
    assert thief.open(f"/h5/rent/done/{number}").status == 404
    nobody = Citizen(house, thief.person)
    assert nobody.open(picture).path != picture


def test_consent_is_asked_again_after_an_answer_changed(house: House) -> None:
    citizen = a_citizen(house).signs_in()
    citizen.to_the_pledge(**{"租房地区": "210300"}).press("提交申请", {"我已阅读并同意": "yes"})
    assert citizen.heading == "影像上传"
    citizen.open("/h5/rent/details?change=1").press("下一步", {"月租金额": "1350", "提取金额（元）": "8000"})
    assert citizen.heading == "承诺书"


def a_couple(house: House) -> tuple[Citizen, Citizen]:
    """Married to each other, as the core system knows."""
    one, two = a_person(marital_status="married"), a_person(marital_status="married")
    one["spouse_id_number"], two["spouse_id_number"] = two["id_number"], one["id_number"]
    add_people(house, one, two)
    return Citizen(house, one).signs_in(), Citizen(house, two).signs_in()


def test_a_couple_shares_its_limit_from_the_moment_the_first_of_them_hands_in(house: House) -> None:
    first, second = a_couple(house)
    first.hands_in(**{"月租金额": "4000", "提取金额（元）": "9000"})
    assert first.heading == "提交成功"
    second.begins()
    second.press("下一步", second.details(**{"月租金额": "4000", "提取金额（元）": "13200"}))
    assert second.status == 422
    assert second.sees("配偶正在办理 9,000.00 元")
    assert second.sees("提取金额不能超过 4,200.00 元")
    first.follow("查看进度").follow("撤销申请").press("确认撤销")
    second.press("下一步", {"提取金额（元）": "13200"})
    assert second.heading == "收款账户"


def test_a_couple_that_hands_in_at_the_same_moment_does_not_exceed_its_limit(house: House) -> None:
    couple = a_couple(house)
    posts = []
    for citizen in couple:
        citizen.to_the_pledge(**{"月租金额": "4000", "提取金额（元）": "13200"})
        form, _ = citizen._form_with("提交申请", "")
        posts.append((citizen, citizen.url, {**citizen.form_data(form), "agreed": "yes"}))

    def post(one: tuple[Citizen, str, dict[str, str]]) -> str:
        citizen, url, data = one
        return citizen._took(citizen.browser.post(url, data=data, timeout=60)).heading

    with ThreadPoolExecutor(2) as pool:
        headings = sorted(pool.map(post, posts))
    assert headings == ["提交成功", "租房信息"]


def test_an_unfinished_application_is_offered_again_where_the_person_looks_first(house: House) -> None:
    citizen = a_citizen(house).signs_in()
    assert not citizen.sees("未完成")
    citizen.begins().press("下一步", citizen.details())
    for page in ("/h5/", "/h5/business"):
        citizen.open(page).follow("您有一份未完成的租房提取")
        assert citizen.heading == "收款账户"
    citizen.press("下一步", citizen.account()).press("提交申请", {"我已阅读并同意": "yes"})
    assert citizen.heading == "提交成功"
    assert not citizen.open("/h5/").sees("未完成")


def test_a_withdrawn_application_is_no_receipt_for_an_old_window(house: House) -> None:
    citizen = a_citizen(house).signs_in().to_the_pledge()
    form, _ = citizen._form_with("提交申请", "")
    url, data = citizen.url, {**citizen.form_data(form), "agreed": "yes"}
    number = number_on(citizen._took(citizen.browser.post(url, data=data, timeout=30)))
    citizen.follow("查看进度").follow("撤销申请").press("确认撤销")
    citizen._took(citizen.browser.post(url, data=data, timeout=30))
    assert citizen.heading != "提交成功"
    assert citizen.open(f"/h5/rent/done/{number}").path == f"/h5/applications/{number}"


def test_the_months_offered_are_this_years(house: House) -> None:
    citizen = a_citizen(house).signs_in().begins()
    values = [str(o.get("value")) for o in citizen.field("本年度起租月份").find_all("option") if o.get("value")]
    assert values == [f"{date.today().year}-{m:02d}" for m in range(1, 13)]
