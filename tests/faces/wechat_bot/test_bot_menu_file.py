"""The menu file: read with its lines, checked in bytes, written back."""

from dataclasses import replace
from pathlib import Path

import pytest

from wechat_bot.console import Problem
from wechat_bot.menu import file, rules, tags
from wechat_bot.menu.file import MenuFileError
from wechat_bot.menu.model import Menu, all_from_platform, from_platform
from wechat_bot.replies import BOT

ROOT = Path(__file__).resolve().parents[3]
PUBLIC = "https://gjj.example.cn"
HOUSE = rules.House({"gjj.example.cn", "www.lnszgjj.com"}, BOT.click_keys, production=True)

ONE = """\
[[button]]
name = "业务办理"
type = "view"
url = "{PUBLIC_URL}/h5/"
"""


def told(text: str, house: rules.House = HOUSE) -> list[Problem]:
    """Everything the script would say about this file."""
    try:
        return rules.problems(file.read(text, PUBLIC), house)
    except MenuFileError as error:
        return error.problems


def the_file() -> str:
    return (ROOT / "config" / "menu.toml").read_text("utf-8")


# The file that is shipped


def test_the_menu_file_is_fit_for_production() -> None:
    assert told(the_file()) == []


def test_the_menu_begins_with_the_business_as_the_manual_says() -> None:
    menu = file.read(the_file(), PUBLIC + "/")
    assert menu.default is not None
    first = menu.default.buttons[0]
    assert (first.name, first.type) == ("业务办理", "view")
    assert first.value("url") == "https://gjj.example.cn/wechat/oauth/start?next=/h5/"
    assert [button.name for button in menu.every()] == [
        "业务办理", "我的申请", "服务指南", "办事指南", "常见问题", "网点与电话", "忘记密码",
    ]  # fmt: skip


def test_what_goes_to_the_platform() -> None:
    assert file.read(the_file(), PUBLIC).for_platform()["button"][2] == {
        "name": "服务指南",
        "sub_button": [
            {"type": "view", "name": "办事指南", "url": "https://gjj.example.cn/h5/guides/rent"},
            {"type": "click", "name": "常见问题", "key": "FAQ"},
            {"type": "click", "name": "网点与电话", "key": "CONTACT"},
            {"type": "click", "name": "忘记密码", "key": "PASSWORD"},
        ],
    }


def test_a_menu_survives_being_written_and_read() -> None:
    menu = file.read(the_file(), PUBLIC)
    text = file.write(menu, PUBLIC)
    assert "{PUBLIC_URL}/h5/guides/rent" in text
    assert PUBLIC not in text
    assert file.read(text, PUBLIC).for_platform() == menu.for_platform()


@pytest.mark.parametrize("name", ['引"号', "反\\斜", "😀"])
def test_odd_names_survive_too(name: str) -> None:
    menu = all_from_platform({"menu": {"button": [{"type": "click", "name": name, "key": "FAQ"}]}})
    assert file.read(file.write(menu, PUBLIC), PUBLIC).for_platform() == menu.for_platform()


def test_another_host_that_merely_begins_like_ours_is_not_ours() -> None:
    button = {"type": "view", "name": "a", "url": "https://gjj.example.cn.evil/"}
    menu = all_from_platform({"menu": {"button": [button]}})
    assert "{PUBLIC_URL}" not in file.write(menu, PUBLIC)


# Limits, in bytes


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("业务办理啊", True),
        ("业务办理啊a", True),
        ("业务办理啊ab", False),
        ("业务办理中心", False),
        ("a" * 16, True),
        ("a" * 17, False),
    ],
)
def test_a_first_level_name_has_16_bytes(name: str, fits: bool) -> None:
    problems = told(ONE.replace("业务办理", name))
    assert (problems == []) == fits
    if not fits:
        assert (problems[0].line, "最多 16 字节" in problems[0].message) == (2, True)
        assert f"{len(name.encode())} 字节" in problems[0].message


@pytest.mark.parametrize(("characters", "fits"), [(20, True), (21, False)])
def test_a_second_level_name_has_60_bytes(characters: int, fits: bool) -> None:
    leaf = f'name = "{"汉" * characters}"\ntype = "click"\nkey = "FAQ"\n'
    text = f'[[button]]\nname = "服务"\n\n[[button.sub]]\n{leaf}'
    problems = told(text)
    assert (problems == []) == fits
    if not fits:
        assert problems[0].line == 5


@pytest.mark.parametrize(("extra", "fits"), [(998, True), (999, False)])
def test_an_address_has_1024_bytes(extra: int, fits: bool) -> None:
    assert (told(ONE.replace("/h5/", "/h5/" + "x" * extra)) == []) == fits


@pytest.mark.parametrize(("length", "fits"), [(128, True), (129, False)])
def test_a_key_has_128_bytes(length: int, fits: bool) -> None:
    key = "K" * length
    house = rules.House(HOUSE.allowed_hosts, {key}, production=True)
    text = f'[[button]]\nname = "a"\ntype = "click"\nkey = "{key}"\n'
    assert (told(text, house) == []) == fits


def many(first: int, second: int) -> str:
    sub = "".join(f'[[button.sub]]\nname = "s{n}"\ntype = "view"\nurl = "{{PUBLIC_URL}}/"\n' for n in range(second))
    leaf = 'type = "view"\nurl = "{PUBLIC_URL}/"\n'
    return "".join(f'[[button]]\nname = "b{n}"\n{sub or leaf}' for n in range(first))


@pytest.mark.parametrize(("first", "second", "fits"), [(3, 5, True), (4, 0, False), (3, 6, False), (1, 0, True)])
def test_three_buttons_of_five(first: int, second: int, fits: bool) -> None:
    assert (told(many(first, second)) == []) == fits


# What to change, in which line

FAQ = 'type = "click"\nkey = "FAQ"\n'
SPECIAL = f'[[conditional.button]]\nname = "常见问题"\n{FAQ}'

WRONG = {
    "empty file": ("", 1, "菜单是空的"),
    "no toml": ("[[button]]\nname = \n", 2, "不是正确的 TOML"),
    "unknown field": (ONE + 'colour = "red"\n', 5, "不认识字段“colour”"),
    "unknown table": (ONE + "\n[[extra]]\n", 6, "不认识“extra”"),
    "not in quotes": (ONE.replace('"业务办理"', "7"), 2, "引号"),
    "a single table": ('[button]\nname = "a"\n', 1, "[[button]]"),
    "no name": (ONE.replace('name = "业务办理"\n', ""), 1, "缺少名称"),
    "blank name": (ONE.replace("业务办理", "  "), 2, "缺少名称"),
    "invisible character": (ONE.replace("业务办理", "业务\\u200b"), 2, "不可见"),
    "unknown type": (ONE.replace('"view"', '"veiw"'), 3, "“veiw”"),
    "no type": (ONE.replace('type = "view"\n', ""), 1, "type"),
    "no url": (ONE.replace('url = "{PUBLIC_URL}/h5/"\n', ""), 1, "缺少 url"),
    "field of another type": (ONE + 'key = "FAQ"\n', 5, "没有字段“key”"),
    "relative url": (ONE.replace("{PUBLIC_URL}", ""), 4, "不是完整的网址"),
    "javascript": (ONE.replace("{PUBLIC_URL}/h5/", "javascript:alert(1)"), 4, "不是完整的网址"),
    "broken url": (ONE.replace("{PUBLIC_URL}", "https://[::1"), 4, "不是完整的网址"),
    "url with blank": (ONE.replace("/h5/", "/h 5/"), 4, "不是完整的网址"),
    "http in production": (ONE.replace("{PUBLIC_URL}", "http://gjj.example.cn"), 4, "要用 https"),
    "foreign host": (ONE.replace("{PUBLIC_URL}", "https://evil.example"), 4, "evil.example"),
    "user part as host": (
        ONE.replace("{PUBLIC_URL}", "https://gjj.example.cn@evil.example"),
        4,
        "evil.example",
    ),
    "key without handler": ('[[button]]\nname = "a"\ntype = "click"\nkey = "GONE"\n', 4, "没有对应的回复"),
    "same key twice": (
        f'[[button]]\nname = "a"\n{FAQ}[[button]]\nname = "b"\n{FAQ}',
        8,
        "已用于“a”",
    ),
    "type beside sub": (
        ONE + '[[button.sub]]\nname = "b"\ntype = "click"\nkey = "FAQ"\n',
        3,
        "不能再写 type",
    ),
    "three levels": (
        f'[[button]]\nname = "a"\n[[button.sub]]\nname = "b"\n[[button.sub.sub]]\nname = "c"\n{FAQ}',
        5,
        "最多两级",
    ),
    "a fourth button": (many(4, 0), 13, "最多 3 个"),
    "chinese quotation marks": ("[[button]]\nname = “业务办理”\n", 2, "中文符号"),
    "a quote that never ends": ('[[button]]\nname = "a\n', 2, "补上结尾的英文引号"),
    "a quote that never ends in the last line": ('[[button]]\nname = "a', 2, "补上结尾的英文引号"),
    "the same field twice": ('[[button]]\nname = "a"\nname = "b"\n', 3, "已经写过一次"),
    "one bracket too few": ('[[button]\nname = "a"\n', 1, "方括号没有成对"),
    "a conditional menu without a tag": (f"{ONE}[[conditional]]\n{SPECIAL}", 5, "缺少 tag"),
    "a tag that is neither name nor number": (f"{ONE}[[conditional]]\ntag = true\n{SPECIAL}", 6, "要写标签的名称"),
    "an empty conditional menu": (f'{ONE}[[conditional]]\ntag = "甲"\n', 6, "至少要有一个 [[conditional.button]]"),
    "an unknown field of a conditional menu": (f"{ONE}[[conditional]]\ntag = 1\nsex = 1\n{SPECIAL}", 7, "“sex”"),
    "a single conditional table": (f'{ONE}[conditional]\ntag = "甲"\n', 5, "[[conditional]]"),
    "two menus for one tag": (
        f'{ONE}[[conditional]]\ntag = "甲"\n{SPECIAL}[[conditional]]\ntag = "甲"\n{SPECIAL}',
        12,
        "同一个标签只能有一个菜单",
    ),
    "a conditional menu without the default one": (f'[[conditional]]\ntag = "甲"\n{SPECIAL}', 1, "菜单是空的"),
    "a key without handler in a conditional menu": (
        f'{ONE}[[conditional]]\ntag = "甲"\n{SPECIAL.replace("FAQ", "GONE")}',
        10,
        "没有对应的回复",
    ),
    "the same key twice in a conditional menu": (
        f'{ONE}[[conditional]]\ntag = "甲"\n{SPECIAL}{SPECIAL}',
        14,
        "已用于“常见问题”",
    ),
    "a fourth domain in conditional menus": (
        ONE
        + "".join(
            f'[[conditional]]\ntag = {n}\n[[conditional.button]]\nname = "a"\ntype = "view"\n'
            f'url = "https://{n}.example.cn/"\n'
            for n in range(4)
        ),
        24,
        "最多打开 3 个域名",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_every_mistake_names_its_line_and_what_to_change(name: str) -> None:
    text, line, part = WRONG[name]
    problems = told(text)
    assert [problem for problem in problems if problem.line == line and part in problem.message], problems


def test_a_key_may_stand_in_the_default_menu_and_in_a_conditional_one() -> None:
    text = f'[[button]]\nname = "a"\n{FAQ}[[conditional]]\ntag = "甲"\n{SPECIAL}'
    assert told(text) == []


def test_a_conditional_menu_has_the_same_limits_in_bytes() -> None:
    text = f'{ONE}[[conditional]]\ntag = "甲"\n{SPECIAL.replace("常见问题", "业务办理中心")}'
    [problem] = told(text)
    assert (problem.line, "最多 16 字节" in problem.message) == (8, True)


def test_what_windows_puts_before_a_file_does_no_harm() -> None:
    assert told("\ufeff" + ONE.replace("\n", "\r\n")) == []


def test_all_mistakes_are_told_at_once() -> None:
    text = (
        ONE.replace("业务办理", "名字实在太长了").replace("{PUBLIC_URL}", "https://evil.example")
        + '\n[[button]]\nname = ""\n'
    )
    assert [problem.line for problem in told(text)] == [2, 4, 6, 7]


def test_lines_are_right_after_comments_and_further_buttons() -> None:
    text = f"# a comment\n\n{ONE}\n# another\n{ONE.replace('{PUBLIC_URL}', 'https://evil.example')}"
    assert [problem.line for problem in told(text)] == [12]


def test_in_development_http_will_do_but_not_any_host() -> None:
    house = rules.House({"127.0.0.1"}, BOT.click_keys, production=False)
    assert told(ONE.replace("{PUBLIC_URL}", "http://127.0.0.1:8000"), house) == []
    [problem] = told(ONE.replace("{PUBLIC_URL}", "http://evil.example"), house)
    assert "evil.example" in problem.message


# Conditional menus


def test_conditional_menus_survive_being_written_and_read() -> None:
    text = f'{ONE}\n[[conditional]]\ntag = "单位经办人"\n\n{SPECIAL}\n[[conditional]]\ntag = 7\n\n{SPECIAL}'
    menus = file.read(text, PUBLIC)
    assert [(special.tag_name, special.tag_id) for special in menus.conditional] == [("单位经办人", ""), ("", "7")]
    numbered = replace(menus, conditional=tuple(replace(s, tag_id=s.tag_id or "100") for s in menus.conditional))
    assert file.write(numbered, PUBLIC) == text


def test_a_live_menu_for_anything_but_a_tag_is_mentioned_and_not_written() -> None:
    button = {"type": "click", "name": "a", "key": "FAQ"}
    rule = {"client_platform_type": 2, "language": "zh_CN", "sex": ""}
    menus = all_from_platform(
        {"menu": {"button": [button]}, "conditionalmenu": [{"button": [button], "matchrule": rule}]}
    )
    text = file.write(menus, PUBLIC)
    assert "# 线上还有一个“个性化菜单 · client_platform_type=2，language=zh_CN”" in text
    assert file.read(text, PUBLIC).conditional == ()
    assert any("只能按标签匹配" in problem.message for problem in rules.problems(menus, HOUSE))


@pytest.mark.parametrize("rule", [{"tag_id": "100"}, {"group_id": 100}, {"group_id": 100, "sex": "", "language": ""}])
def test_a_tag_may_still_be_called_a_group(rule: dict[str, object]) -> None:
    answer = {"menu": {"button": [{}]}, "conditionalmenu": [{"button": [], "matchrule": rule, "menuid": 42}]}
    [special] = all_from_platform(answer).conditional
    assert (special.rule, special.menu_id) == ({"tag_id": "100"}, "42")


def test_tags_are_found_by_name_or_number() -> None:
    text = (
        f'{ONE}[[conditional]]\ntag = "甲"\n{SPECIAL}[[conditional]]\ntag = 7\n{SPECIAL}[[conditional]]\ntag = "丙"\n'
    )
    menus, problems = tags.resolved(file.read(text, PUBLIC), {6: "甲", 7: "乙"})
    assert [(special.tag_id, special.tag_name) for special in menus.conditional] == [("6", "甲"), ("7", "乙")]
    [problem] = problems
    assert problem == Problem(18, "公众号没有名为“丙”的标签，现有：甲（6）、乙（7）")


# The live menu


def test_what_the_platform_adds_makes_no_difference() -> None:
    mine = file.read(the_file(), PUBLIC)
    answer = {"menu": mine.for_platform(), "conditionalmenu": [{"button": [], "menuid": 1}]}
    for button in answer["menu"]["button"]:  # type: ignore[index]
        button.setdefault("sub_button", [])
    live = from_platform(answer)
    assert live is not None
    assert live.for_platform() == mine.for_platform()


@pytest.mark.parametrize(
    "answer", [None, {}, {"menu": {}}, {"menu": {"button": []}}, {"menu": {"button": "x"}}, {"menu": []}]
)
def test_no_menu_is_no_menu(answer: dict[str, object] | None) -> None:
    assert from_platform(answer) is None


def test_a_menu_as_lines() -> None:
    menu = file.read(many(1, 1), PUBLIC).default or Menu(())
    assert menu.as_lines() == [
        "b0（1 个子菜单）",
        "  s0 → 打开 https://gjj.example.cn/",
    ]
