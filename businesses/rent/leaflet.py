"""What the guides of 租房提取 (``guides/*.md``) fill in, all of it from the terms, the journey and the pledge in force,
and which section helps against which reason."""

from collections.abc import Mapping
from types import MappingProxyType

from businesses.rent.cards import BANK_NAMES
from businesses.rent.journey import documents
from businesses.rent.pledge import for_everybody
from businesses.rent.terms import Terms
from fund import regions
from fund.journey import PhotoKind
from fund.people import AccountStatus

_NUMERALS = {1: "一", 2: "二", 3: "三"}
_MONTHS = {
    True: "起租月份和止租月份都在本年度内，可以选择还没有到的月份。",
    False: "起租月份和止租月份都在本年度内，止租月份不晚于办理的当月。",
}
_NOT_CONFIRMED = "以上数字以中心正式公布的规定为准。"

REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "account_status": "faq#account-status",
        "paid_in_too_short": "faq#paid-in",
        "payments_stopped": "faq#paid-in",
        "owns_home": "faq#home",
        "already_open": "faq#once-a-year",
        "already_drawn": "faq#once-a-year",
        "no_balance": "rent#amount",
        "nothing_left": "rent#amount",
        "amount_too_high": "faq#less",
        "bank_not_allowed": "materials#card",
        "card_is_credit": "materials#card",
        "card_not_own": "faq#card-refused",
        "card_closed": "faq#card-refused",
        "card_class": "faq#first-class-card",
        "pay_failed": "faq#pay-failed",
        "R01": "faq#paid-in",
        "R02": "faq#home",
        "R03": "faq#once-a-year",
        "R04": "faq#account-status",
        "R05": "faq#less",
        "R06": "faq#card-refused",
        "R07": "faq#first-class-card",
        "R08": "materials#photographing",
        "R09": "faq#mistake",
        "R10": "faq#couple",
    }
)
"""Code of a reason, ours or one that staff chose from ``decisions.toml`` → ``guide#section``."""


def words(terms: Terms) -> Mapping[str, str]:
    """The gaps of the guides, as Markdown. Amounts are in yuan."""
    pledge = for_everybody(terms.restrict_years)
    kept = f"，再减去须保留的 {terms.balance_kept} 元" if terms.balance_kept else ""
    return {
        "account_status": "、".join(AccountStatus(value).words for value in terms.account_status_allowed),
        "months_required": str(terms.months_required),
        "deposit_lag_months": str(terms.deposit_lag_months),
        "times_per_year": str(terms.times_per_year),
        "months_rule": _MONTHS[terms.future_months_allowed],
        "balance_kept": kept,
        "local_city": regions.city_name(terms.local_city),
        "banks": "、".join(BANK_NAMES.get(code, code) for code in terms.banks),
        "card_class": f"{_NUMERALS[terms.card_class]}类",
        "review_working_days": str(terms.review_working_days),
        "restrict_years": str(terms.restrict_years),
        "unconfirmed": "" if terms.confirmed else _NOT_CONFIRMED,
        "paper": terms.paper,
        "documents": "\n".join(_line(kind) for kind in documents(terms)),
        "pledge_title": pledge.title,
        "pledge_text": "\n\n".join((pledge.opening, *pledge.clauses, pledge.closing)),
        **{f"cap_{name}": str(cap) for name, cap in terms.month_cap.items()},
    }


def _line(kind: PhotoKind) -> str:
    whose = "已婚的需要，" if kind.name == "marriage" else ""
    return f"- **{kind.label}**：{whose}{kind.hint}（最多{kind.most}张）"
