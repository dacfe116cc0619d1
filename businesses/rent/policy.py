"""The rules of 租房提取. A rule yields reasons; silence means yes; all reasons are told at once."""

from collections.abc import Callable, Iterator

from businesses.rent.amount import allowance
from businesses.rent.cards import BANK_NAMES
from businesses.rent.case import RentCase, city_of, money_of, span_of
from fund.journey import Answers
from fund.months import Month, months_between
from fund.people import AccountStatus
from fund.reasons import Reason

Rule = Callable[[RentCase, Answers], Iterator[Reason]]


def account_is_in_order(case: RentCase, answers: Answers) -> Iterator[Reason]:
    """账户状态."""
    status = case.member.account.status
    if status.value not in case.terms.account_status_allowed:
        todo = "如有疑问请拨打12329" if status is AccountStatus.FROZEN else "请联系单位经办人办理后再申请"
        yield Reason(
            "account_status", f"您的账户状态为“{status.words}”，暂不能办理租房提取，{todo}",
            case.terms.papers["account_status"], "info",
        )  # fmt: skip


def has_paid_in_long_enough(case: RentCase, answers: Answers) -> Iterator[Reason]:
    """连续足额缴存满若干个月, and still paying (R01 近三个月未连续足额缴存): a month's deposit may be booked
    ``deposit_lag_months`` later, after that it is missing. How long one must have paid has no part in this."""
    account, terms = case.member.account, case.terms
    missing = terms.months_required - account.months_in_a_row
    if missing > 0:
        yield Reason(
            "paid_in_too_short",
            f"租房提取须连续足额缴存满{terms.months_required}个月，您已连续缴存{max(account.months_in_a_row, 0)}个月，"
            f"还需连续缴存{missing}个月",
            terms.papers["months_required"], "info",
        )  # fmt: skip
    until = account.paid_until
    if until is None or months_between(until, Month.of(case.today)) > terms.deposit_lag_months + 1:
        known = f"您的住房公积金缴至{until.words}，此后没有缴存" if until else "没有查询到您的住房公积金缴存"
        yield Reason("payments_stopped", f"{known}记录，请联系单位经办人核实", terms.papers["months_required"], "info")


def owns_no_home(case: RentCase, answers: Answers) -> Iterator[Reason]:
    """本人及配偶在缴存城市无自有住房."""
    city = case.member.employer.city
    own = [home for home in case.member.homes if home.city == city]
    if own:
        who = "您的配偶" if all(h.of_spouse for h in own) else "您"
        if any(h.of_spouse for h in own) and not all(h.of_spouse for h in own):
            who = "您和配偶"
        yield Reason(
            "owns_home", f"经核查，{who}在缴存城市有自有住房，不符合租房提取条件。如与实际不符，请拨打12329",
            case.terms.papers["owns_home"], "info",
        )  # fmt: skip


def has_nothing_open(case: RentCase, answers: Answers) -> Iterator[Reason]:
    """One live application per calendar year."""
    if case.live is not None:
        yield Reason(
            "already_open",
            f"您{case.live.year}年度的租房提取申请已提交（受理编号 {case.live.reference}），请勿重复提交，"
            "可在“我的申请”查看进度",
            case.terms.papers["times_per_year"], "info",
        )  # fmt: skip
    elif case.drawn_by_self:
        yield Reason(
            "already_drawn", f"您{case.today.year}年度已办理过租房提取，每年度可办理{case.terms.times_per_year}次，请下一年度再申请",
            case.terms.papers["times_per_year"], "info",
        )  # fmt: skip


def has_something_to_draw(case: RentCase, answers: Answers) -> Iterator[Reason]:
    """A balance above what is frozen and kept."""
    if not case.available:
        yield Reason(
            "no_balance",
            "您的账户没有可提取的余额（已扣除冻结金额），暂不能办理租房提取",
            case.terms.papers["balance"],
            "info",
        )


def months_are_of_this_year_in_order(case: RentCase, answers: Answers) -> Iterator[Reason]:
    """本年度起租月份 ≤ 本年度止租月份, both in this year."""
    span = span_of(answers)
    if span is None:
        return
    first, last = span
    paper = case.terms.papers["times_per_year"]
    for name, month, label in (("first_month", first, "起租"), ("last_month", last, "止租")):
        if month.year != case.today.year:
            yield Reason(
                "month_other_year",
                f"{label}月份须在本年度（{case.today.year}年）内，请重新选择",
                paper,
                "details",
                name,
            )
        elif not case.terms.future_months_allowed and month > Month.of(case.today):
            yield Reason("month_in_future", f"{label}月份不能晚于本月，请重新选择", paper, "details", name)
    if last < first:
        yield Reason("months_reversed", "止租月份不能早于起租月份，请重新选择", paper, "details", "last_month")


def amount_is_within_limits(case: RentCase, answers: Answers) -> Iterator[Reason]:
    """提取金额 ≤ what is allowed, once all it rests on is known."""
    amount, most = money_of(answers, "amount"), allowance(case, answers)
    if most.complete and not most.most:
        yield Reason(
            "nothing_left",
            "按您填写的租期和地区，本年度已没有可提取的额度",
            case.terms.papers["amount"],
            "details",
            "amount",
        )
    elif amount is not None and most.complete and amount > most.most:
        yield Reason(
            "amount_too_high",
            f"提取金额不能超过 {most.most} 元，请调整后继续",
            case.terms.papers["amount"],
            "details",
            "amount",
        )


def bank_is_one_of_those_allowed(case: RentCase, answers: Answers) -> Iterator[Reason]:
    """建设银行、工商银行、盛京银行."""
    bank = answers.get("bank", "")
    if bank and bank not in case.terms.banks:
        allowed = "、".join(BANK_NAMES.get(code, code) for code in case.terms.banks)
        text = f"收款银行目前可选：{allowed}，请重新选择"
        yield Reason("bank_not_allowed", text, case.terms.papers["card"], "account", "bank")


def card_is_own_and_first_class(case: RentCase, answers: Answers) -> Iterator[Reason]:
    """本人名下一类借记卡, as far as the bank can tell: only what it said of this very card counts."""
    seen = case.observed
    card = answers.get("card", "")
    if not card or seen.get("card_checked") != f"{answers.get('bank', '')}:{card}":
        return
    paper = case.terms.papers["card"]
    if seen.get("card_kind") == "credit":
        yield Reason("card_is_credit", "这是信用卡，请使用本人名下的一类借记卡（储蓄卡）", paper, "account", "card")
    elif seen.get("card_matches") == "no":
        yield Reason(
            "card_not_own",
            "银行核验：卡号与您的姓名或所选银行不符，请核对卡号，并使用本人名下的银行卡",
            paper,
            "account",
            "card",
        )
    elif seen.get("card_open") == "no":
        yield Reason("card_closed", "银行核验：该卡已销户或状态异常，请更换一张卡", paper, "account", "card")
    elif seen.get("card_class", "") not in ("", str(case.terms.card_class)):
        yield Reason(
            "card_class",
            "银行核验：该卡不是一类账户（二、三类账户有收款限额），请更换本人名下的一类卡",
            paper,
            "account",
            "card",
        )


RULES: tuple[Rule, ...] = (
    account_is_in_order,
    has_paid_in_long_enough,
    owns_no_home,
    has_nothing_open,
    has_something_to_draw,
    months_are_of_this_year_in_order,
    amount_is_within_limits,
    bank_is_one_of_those_allowed,
    card_is_own_and_first_class,
)


def reasons(case: RentCase, answers: Answers) -> tuple[Reason, ...]:
    """All reasons against this application, at once."""
    return tuple(reason for rule in RULES for reason in rule(case, answers))


def photos_needed(case: RentCase, answers: Answers) -> bool:
    """租房地区不为沈阳市，或与单位所在地区不一致 (操作手册 二（二）5)."""
    city = city_of(answers)
    return city is not None and (city != case.terms.local_city or city != case.member.employer.city)
