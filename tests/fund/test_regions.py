"""All provinces and cities can be chosen, Liaoning first, 沈阳 with its districts."""

import csv
from pathlib import Path

import pytest

import fund
from fund import regions
from fund.errors import InvalidValue

LIAONING = dict(
    zip(
        range(210100, 211500, 100),
        [
            "沈阳",
            "大连",
            "鞍山",
            "抚顺",
            "本溪",
            "丹东",
            "锦州",
            "营口",
            "阜新",
            "辽阳",
            "盘锦",
            "铁岭",
            "朝阳",
            "葫芦岛",
        ],
        strict=True,
    )
)
SHENYANG_DISTRICTS = {
    "210102": "和平区", "210103": "沈河区", "210104": "大东区", "210105": "皇姑区", "210106": "铁西区", "210111": "苏家屯区",
    "210112": "浑南区", "210113": "沈北新区", "210114": "于洪区", "210115": "辽中区", "210123": "康平县", "210124": "法库县",
    "210181": "新民市",
}  # fmt: skip
PROVINCES = [
    "辽宁省",
    "北京市",
    "天津市",
    "河北省",
    "山西省",
    "内蒙古自治区",
    "吉林省",
    "黑龙江省",
    "上海市",
    "江苏省",
    "浙江省",
    "安徽省",
    "福建省",
    "江西省",
    "山东省",
    "河南省",
    "湖北省",
    "湖南省",
    "广东省",
    "广西壮族自治区",
    "海南省",
    "重庆市",
    "四川省",
    "贵州省",
    "云南省",
    "西藏自治区",
    "陕西省",
    "甘肃省",
    "青海省",
    "宁夏回族自治区",
    "新疆维吾尔自治区",
    "台湾省",
    "香港特别行政区",
    "澳门特别行政区",
]
HOW_MANY = {
    "河北省": 11, "山西省": 11, "内蒙古自治区": 12, "吉林省": 9, "黑龙江省": 13, "江苏省": 13, "浙江省": 11, "安徽省": 16,
    "福建省": 9, "江西省": 11, "山东省": 16, "河南省": 17 + 1, "湖北省": 13 + 4, "湖南省": 14, "广东省": 21, "广西壮族自治区": 14,
    "海南省": 4 + 15, "四川省": 21, "贵州省": 9, "云南省": 16, "西藏自治区": 7, "陕西省": 10, "甘肃省": 14, "青海省": 8,
    "宁夏回族自治区": 5, "新疆维吾尔自治区": 14 + 12,
}  # fmt: skip
"""Cities of each province, plus the counties that answer to the province itself."""


def test_all_thirty_four_provinces_are_there_liaoning_first() -> None:
    listed = [province for province, _ in regions.by_province()]
    assert listed[0] == "辽宁省"
    assert sorted(listed) == sorted(PROVINCES)
    assert len(listed) == 34


@pytest.mark.parametrize(("province", "count"), HOW_MANY.items())
def test_no_city_of_a_province_is_missing(province: str, count: int) -> None:
    assert len(dict(regions.by_province())[province]) == count


def test_liaoning_has_its_fourteen_cities_shenyang_first() -> None:
    places = dict(regions.by_province())["辽宁省"]
    cities = {int(r.code): r.city.removesuffix("市") for r in places if not r.district}
    assert cities == LIAONING
    assert places[0].code == "210100"


def test_shenyang_can_be_chosen_whole_or_by_each_of_its_thirteen_districts() -> None:
    places = dict(regions.by_province())["辽宁省"]
    assert {r.code: r.district for r in places if r.district} == SHENYANG_DISTRICTS
    assert {r.city_code for r in places if r.district} == {"210100"}
    assert regions.find("210102").words == "沈阳市和平区"
    assert regions.find("210102").full == "辽宁省沈阳市和平区"
    assert regions.find("210100").words == "沈阳市"


@pytest.mark.parametrize(
    ("code", "name"), [("110100", "北京市"), ("120100", "天津市"), ("310100", "上海市"), ("500100", "重庆市")]
)
def test_a_municipality_is_one_place_and_said_once(code: str, name: str) -> None:
    place = regions.find(code)
    assert (place.full, place.words, place.city_code) == (name, name, code)
    assert [r.code for r in dict(regions.by_province())[name]] == [code]


def test_a_county_under_its_province_is_a_city_of_its_own() -> None:
    assert regions.find("659001").city_code == "659001"
    assert regions.find("419001").full == "河南省济源市"


def test_every_code_is_its_own_and_belongs_to_its_province() -> None:
    with (Path(fund.__file__).parent / "regions.csv").open(encoding="utf-8") as source:
        rows = list(csv.DictReader(source))
    assert len({row["code"] for row in rows}) == len(rows) == sum(len(places) for _, places in regions.by_province())
    for row in rows:
        assert len(row["code"]) == 6 and row["code"].isdecimal() and row["code"].isascii()
        assert row["province"] and row["city"] and None not in row and None not in row.values()
    by_prefix = {(row["code"][:2], row["province"]) for row in rows}
    assert len(by_prefix) == 34, "a province's codes share their first two digits"
    assert len({(row["province"], row["city"], row["district"]) for row in rows}) == len(rows)


def test_every_place_is_found_by_its_code() -> None:
    for _, places in regions.by_province():
        for place in places:
            assert regions.find(place.code) is place
            assert regions.city_name(place.city_code)
            assert regions.find(place.city_code).city == place.city


@pytest.mark.parametrize(
    "code", ["", "210101", "210000", "999999", "沈阳市", "21010", "2101020", "２１０１００", "210102 ", "../x"]
)
def test_an_unknown_code_is_refused_and_read_back_as_it_is(code: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        regions.find(code)
    assert refused.value.message == "请从列表中选择租房地区"
    assert regions.city_name(code) == code
