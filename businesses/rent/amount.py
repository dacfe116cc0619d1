"""How much at most for rent, as a list of limits of which the smallest decides."""

from dataclasses import replace

from businesses.rent.case import RentCase, city_of, money_of, months_of, span_of
from fund import regions
from fund.allowance import Allowance, Line
from fund.journey import Answers
from fund.money import ZERO, Money


def allowance(case: RentCase, answers: Answers) -> Allowance:
    """min(月租金 × 月数, 月上限 × 月数 − 本年度已提取 − 配偶正在办理, 余额 − 冻结 − 保留), as far as the answers go.

    Before region, months and rent are known the limits that do not need them are still told.
    """
    city, months, rent = city_of(answers), _months(case, answers), money_of(answers, "monthly_rent")
    lines = []
    if months is not None and rent:
        lines.append(Line("实际房租", f"月租金额 {rent} 元 × {months} 个月", rent * months))
    if months is not None and city is not None:
        lines.append(_cap_line(case, city, months))
    lines.append(_balance_line(case))
    least = min(line.amount for line in lines)
    at = next(i for i, line in enumerate(lines) if line.amount == least)
    lines[at] = replace(lines[at], decides=True)
    return Allowance(least, tuple(lines), complete=len(lines) == 3)


def _months(case: RentCase, answers: Answers) -> int | None:
    """The months that count: those inside this year. Others are refused by a rule and promise nothing here."""
    span = span_of(answers)
    inside = span is not None and all(month.year == case.today.year for month in span)
    return months_of(answers) if inside else None


def _cap_line(case: RentCase, city: str, months: int) -> Line:
    cap = case.terms.cap(city=city, couple=case.is_couple)
    who = "夫妻合计" if case.is_couple else "单身"
    working = f"{regions.city_name(city)}{who}每月上限 {cap} 元 × {months} 个月"
    drawn, applied = case.drawn_this_year, case.applied_by_spouse
    if drawn:
        working += f" − 本年度{'本人及配偶' if case.is_couple else ''}已提取 {drawn} 元"
    if applied:
        working += f" − 配偶正在办理 {applied} 元"
    return Line("提取限额", working, max(cap * months - drawn - applied, ZERO))


def _balance_line(case: RentCase) -> Line:
    account, kept = case.member.account, case.terms.balance_kept
    working = f"账户余额 {account.balance} 元"
    if account.frozen:
        working += f" − 冻结 {account.frozen} 元"
    if kept:
        working += f" − 保留 {kept} 元"
    return Line("账户可用余额", working, case.available)


def monthly_limits(case: RentCase) -> tuple[tuple[str, Money], ...]:
    """The monthly limits to tell before anything is typed: in 沈阳, and elsewhere."""
    terms = case.terms
    here = regions.city_name(terms.local_city)
    return (
        (here, terms.cap(city=terms.local_city, couple=case.is_couple)),
        (f"{here}以外", terms.cap(city="", couple=case.is_couple)),
    )
