"""What staff compare of a case of 租房提取: the core system's word when it was handed in, and its word now."""

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from fund import reason_list, regions
from fund.business import ThenNow
from fund.errors import InvalidValue
from fund.money import Money
from fund.months import Month
from fund.people import AccountStatus, MaritalStatus

DOCUMENTS: Mapping[str, str] = MappingProxyType(
    {
        "id_front": "身份证（人像面）",
        "id_back": "身份证（国徽面）",
        "lease": "房屋租赁合同",
        "rent_receipt": "租金发票或支付凭证",
        "no_home_proof": "无房证明",
        "workplace": "工作地证明",
        "marriage": "婚姻证明",
    }
)
"""The documents' names once handed in, when the case that asked for them is history (a test compares)."""

_LABELS = {
    "account_status": "账户状态",
    "balance": "账户余额",
    "frozen": "冻结金额",
    "months_in_a_row": "连续缴存月数",
    "paid_until": "缴至年月",
    "employer_city": "缴存城市",
    "marital_status": "婚姻状况",
    "homes": "自有住房",
    "drawn_this_year": "本年度已提取",
    "spouse_applied": "配偶正在办理",
    "card_class": "银行核验：账户类别",
    "card_matches": "银行核验：户名相符",
}
_YES = {"yes": "是", "no": "否"}
_CLASSES = {"1": "一", "2": "二", "3": "三"}
_OF_THE_BANK = ("card_class", "card_matches")


def then_and_now(then: Mapping[str, str], now: Mapping[str, str] | None, card: str = "") -> tuple[ThenNow, ...]:
    """Figure by figure, in words. What the bank said of ``card``, the one of the application, is not asked again; ``now``
    is None when the core system could not be asked."""
    rows = []
    for name, label in _LABELS.items():
        before = _words(name, then.get(name, ""))
        after = None if now is None or name in _OF_THE_BANK else _words(name, now.get(name, ""))
        if name in _OF_THE_BANK and card:
            label = f"{label}（卡尾号{card[-4:]}）"
        rows.append(ThenNow(label, before, after))
    return tuple(rows)


def reasons() -> reason_list.ReasonList:
    """R01… as this house ships them. Raises ReasonListError."""
    return reason_list.parse((files("businesses.rent") / "decisions.toml").read_text(encoding="utf-8"))


def _words(name: str, value: str) -> str:
    if not value:
        return "无" if name in ("homes", "paid_until") else "—"
    try:
        match name:
            case "account_status":
                return AccountStatus(value).words
            case "marital_status":
                return MaritalStatus(value).words
            case "employer_city":
                return regions.city_name(value)
            case "homes":
                return "、".join(_home(each) for each in value.split(","))
            case "card_matches":
                return _YES.get(value, value)
            case "card_class":
                return f"{_CLASSES.get(value, value)}类"
            case "paid_until":
                return Month.parse(value).words
            case "months_in_a_row":
                return f"{value} 个月"
            case "balance" | "frozen" | "drawn_this_year" | "spouse_applied":
                return f"{Money.from_wire(value)} 元"
    except (ValueError, InvalidValue, KeyError):
        return value
    return value


def _home(text: str) -> str:
    whose, _, city = text.partition(":")
    return f"{'配偶' if whose == 'spouse' else '本人'}在{regions.city_name(city)}"
