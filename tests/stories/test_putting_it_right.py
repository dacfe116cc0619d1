"""From 提交成功 to 已到账, by way of a return and of a failed payment, over HTTP; the desk's moves are made for it."""

from urllib.parse import urljoin

from fund.application import Move, State
from fund.notice import remark_for
from tests.citizen import Citizen, a_citizen
from tests.desk_moves import FAILED, PAYING, UNCLEAR, a_return, desk_of
from tests.house import House, eventually
from tests.people import another_card
from tests.pictures import a_photo
from tests.stories.test_rent_withdrawal import number_on


def uploads(citizen: Citizen, seed: int = 0) -> None:
    """A photo of every document that has to be there and is not yet."""
    for row in [str(row["id"]) for row in citizen.page.find_all("li", class_="kind") if row.find(class_="tag_must")]:
        form = citizen.page.find(id=row).find("form", class_="upload_new")  # type: ignore[union-attr]
        seed += 1
        files = {"photo": ("photo.jpg", a_photo(seed, (900, 1200)), "image/jpeg")}
        action = urljoin(citizen.url, str(form["action"]))
        citizen._took(citizen.browser.post(action, data=citizen.form_data(form), files=files, timeout=30))


def progress(house: House, citizen: Citizen) -> str:
    (attempt,) = house.push(citizen.person["openid"], text="进度")
    return str(attempt["reply"])


def told(house: House, citizen: Citizen) -> str:
    return " ".join(str(message) for message in house.notices(citizen.person["openid"]))


def test_a_return_is_put_right_with_a_new_photo_and_ends_in_the_money(house: House) -> None:
    citizen = a_citizen(house)
    openid = citizen.person["openid"]
    house.push(openid, event="subscribe")
    citizen.signs_in().hands_in(**{"租房地区": "210300"})
    uploads(citizen)
    citizen.press("提交申请")
    number = number_on(citizen)
    with desk_of(house) as at:
        at(openid, number, Move.CLAIM, a_return("address", photos=("lease",)))
        eventually(lambda: remark_for(State.NEEDS_FIX) in told(house, citizen))
        assert "需补正" in progress(house, citizen)
        citizen.open(f"/h5/applications/{number}")
        assert citizen.sees("需补正") and citizen.sees(UNCLEAR.words)
        citizen.follow("去补正").press("下一步", {"房屋地址": "中山路8号2单元301室"})
        uploads(citizen, seed=70)
        citizen.press("下一步").press("提交补正", {"我已阅读并同意": "yes"})
        assert citizen.sees("补正已提交") and citizen.sees("审核中") and citizen.sees("中山路8号2单元301室")
        assert citizen.sees("影像资料（5张）")
        eventually(lambda: remark_for(State.IN_REVIEW, Move.CORRECT) in told(house, citizen))
        paid = at(openid, number, Move.APPROVE, Move.CONFIRM, Move.INSTRUCT, Move.PAY)
    assert paid.answers["address"] == "中山路8号2单元301室"
    eventually(lambda: remark_for(State.PAID) in told(house, citizen))
    assert remark_for(State.PAYING) not in told(house, citizen)
    citizen.open("/h5/inbox")
    assert citizen.sees(remark_for(State.PAYING)) and citizen.sees(remark_for(State.PAID))
    citizen.open(f"/h5/applications/{number}")
    assert citizen.sees("已到账") and citizen.sees(f"尾号{citizen.person['cards'][0]['number'][-4:]}")


def test_a_failed_payment_is_put_right_by_another_card_and_nothing_else(house: House) -> None:
    citizen = a_citizen(house)
    other = another_card(citizen.person)
    house.control("PUT", "people", house.__dict__["people"])
    openid = citizen.person["openid"]
    citizen.signs_in().hands_in()
    number = number_on(citizen)
    with desk_of(house) as at:
        at(openid, number, *FAILED)
        citizen.open(f"/h5/applications/{number}")
        assert citizen.sees("付款失败") and citizen.sees("收款账户不是一类账户或状态异常")
        citizen.follow("更正收款信息").press("提交更正", {"银行类别": "ICBC", "银行卡号码": other["number"]})
        assert citizen.sees("收款信息已更正") and citizen.sees("更正审核中"), citizen.text[:600]
        paid = at(openid, number, Move.APPROVE, *PAYING[2:], Move.PAY)
    assert (paid.answers["bank"], paid.answers["card"]) == ("ICBC", other["number"])
    citizen.open(f"/h5/applications/{number}")
    assert citizen.sees("已到账") and citizen.sees(f"尾号{other['number'][-4:]}的工商银行账户")


def test_what_the_bank_says_of_the_new_card_counts(house: House) -> None:
    citizen = a_citizen(house)
    openid = citizen.person["openid"]
    citizen.signs_in().hands_in()
    number = number_on(citizen)
    with desk_of(house) as at:
        at(openid, number, *FAILED)
        citizen.open(f"/h5/applications/{number}/card")
        citizen.press("提交更正", {"银行类别": "ICBC", "银行卡号码": "6222020000000999992"})
        assert citizen.status == 422 and citizen.sees("卡号与您的姓名或所选银行不符")
        assert citizen.value("银行卡号码") == "6222020000000999992"


def test_a_session_that_ended_in_the_middle_of_it_keeps_what_was_typed(house: House) -> None:
    citizen = a_citizen(house)
    openid = citizen.person["openid"]
    citizen.signs_in().hands_in()
    number = number_on(citizen)
    with desk_of(house) as at:
        at(openid, number, Move.CLAIM, a_return("address"))
    citizen.open(f"/h5/applications/{number}/correct")
    citizen.loses_the_session()
    citizen.press("下一步", {"房屋地址": "中山路8号2单元301室"})
    citizen.press("登录", {"账号": citizen.person["login"], "密码": citizen.person["password"]})
    assert citizen.path == f"/h5/applications/{number}/correct/details", citizen.text[:300]
    assert citizen.value("房屋地址") == "中山路8号2单元301室"
