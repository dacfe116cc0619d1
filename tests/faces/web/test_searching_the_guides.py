"""The search over the guides: Chinese as it is typed, the best place first, the found words marked."""

import time

import pytest

from web.guides.search import LONGEST, Entry, Parts, find, holds_a_number_of_a_person, terms_of

CARD = Entry(
    "faq",
    "常见问题",
    "first-class-card",
    "怎么知道我的卡是不是一类卡",
    "在银行的手机应用里查看账户类别。二类、三类账户有收款限额。",
)
PHOTOS = Entry("materials", "所需材料", "photographing", "怎样拍", "光线充足，支持JPG照片。拍不清楚的材料会退回。")
REGISTER = Entry(
    "account", "注册账号与找回密码", "register", "手机上注册账号", "进入辽宁政务服务网首页，点击“注册”按钮。"
)
OPENING = Entry("materials", "所需材料", "", "所需材料", "")
ALL = (CARD, PHOTOS, REGISTER, OPENING)


def found(typed: str) -> list[Entry]:
    return [hit.entry for hit in find(ALL, typed)]


def marked(parts: Parts) -> list[str]:
    return [text for text, looked_for in parts if looked_for]


def whole(parts: Parts) -> str:
    return "".join(text for text, _ in parts)


def test_a_word_in_a_heading_comes_before_one_in_the_text() -> None:
    assert found("材料") == [OPENING, PHOTOS]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("怎么注册", REGISTER),
        ("请问怎么注册账户？", REGISTER),
        ("一类卡", CARD),
        ("二类卡", CARD),
        ("我的卡是不是一类卡", CARD),
        ("ｊｐｇ", PHOTOS),
        ("Jpg 照片", PHOTOS),
        ("\u200b注册\u200b", REGISTER),
        ("注册 \u0130", REGISTER),
    ],
)
def test_a_question_finds_what_it_is_about(typed: str, first: Entry) -> None:
    assert found(typed)[0] == first


@pytest.mark.parametrize("typed", ["", "  ", "？！", "天气", "x" * 500, "🙂", "天气怎么样注册天气预报"])
def test_what_is_written_nowhere_is_not_found(typed: str) -> None:
    assert found(typed) == []


def test_the_place_is_marked_and_nothing_of_the_text_is_changed() -> None:
    (hit,) = find((REGISTER,), "注册")
    assert marked(hit.heading) == ["注册"] and whole(hit.heading) == REGISTER.heading
    assert marked(hit.snippet) == ["注册"] and whole(hit.snippet) == REGISTER.text


def test_pairs_that_touch_are_one_mark() -> None:
    (hit,) = find((REGISTER,), "注册账户")
    assert marked(hit.heading) == ["注册账"]


def test_a_place_deep_in_a_long_text_is_shown_with_its_neighbourhood() -> None:
    text = "前" * 300 + "盛京银行" + "后" * 300
    (hit,) = find((Entry("a", "A", "b", "题目", text),), "盛京银行")
    assert marked(hit.snippet) == ["盛京银行"]
    assert whole(hit.snippet).startswith("…前") and whole(hit.snippet).endswith("后…")
    assert len(whole(hit.snippet)) < 100


def test_a_mark_at_the_end_of_the_neighbourhood_is_cut_with_it() -> None:
    text = "材料" + "空" * 81 + "材料"
    (hit,) = find((Entry("a", "A", "b", "题目", text),), "材料")
    assert whole(hit.snippet) == text[:84] + "…"
    assert marked(hit.snippet) == ["材料", "材"]


def test_a_search_without_its_question_words() -> None:
    assert terms_of("请问办理租房提取需要什么材料？") == ("办理租房提取", "材料")
    assert terms_of("怎么办") == ("怎么办",)
    assert terms_of("公积金余额") == ("余额",)
    assert terms_of("公积金") == ("公积金",)


def test_only_the_beginning_of_a_very_long_search_counts() -> None:
    assert terms_of("长" * 5000) == ("长" * LONGEST,)


@pytest.mark.parametrize(
    "typed",
    [
        "210102199001010015",
        "6217 0000 0000 0000 012",
        "查１１０１０５１９４９１２３１００２Ｘ",
        "5666-6600-0000-0000-13",
        "6217.0000.0000.0000.012",
        "2101，0219，9001，0100，15",
        "6217_0000_0000_0000_012",
        "我的卡号 6217   0000   0000   0000  012 ",
        "210102 - 19900101 - 001x",
    ],
)
def test_a_number_of_a_person_is_recognised(typed: str) -> None:
    assert holds_a_number_of_a_person(typed)


@pytest.mark.parametrize(
    "typed", ["12329", "024-12345", "13800000001", "2026年", "1400", "12329、024-12345", "2026年1月至2026年12月"]
)
def test_other_numbers_may_be_searched_for(typed: str) -> None:
    assert not holds_a_number_of_a_person(typed)


def test_a_long_search_is_looked_through_at_once() -> None:
    began = time.perf_counter()
    assert not holds_a_number_of_a_person(("1" + " " * 300 + "2" + "，" * 300 + "a") * 20)
    assert time.perf_counter() - began < 1
