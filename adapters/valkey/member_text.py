"""A member as text, and back."""

import json
from datetime import date

from fund.money import Money
from fund.months import Month
from fund.numbers import IdNumber
from fund.people import Account, AccountStatus, Employer, Home, MaritalStatus, Member, PastWithdrawal

SHAPE = 1
"""To be raised whenever the shape changes: what another release kept is then asked for afresh."""


def text_of(member: Member) -> str:
    """JSON."""
    account, employer = member.account, member.employer
    return json.dumps(
        {
            "shape": SHAPE,
            "account": {
                "number": account.number,
                "status": account.status.value,
                "balance": account.balance.fen,
                "frozen": account.frozen.fen,
                "monthly_deposit": account.monthly_deposit.fen,
                "paid_until": None if account.paid_until is None else str(account.paid_until),
                "months_in_a_row": account.months_in_a_row,
                "opened": None if account.opened is None else account.opened.isoformat(),
            },
            "employer": {"number": employer.number, "name": employer.name, "city": employer.city},
            "marital_status": member.marital_status.value,
            "spouse": None if member.spouse is None else member.spouse.value,
            "homes": [[home.of_spouse, home.city] for home in member.homes],
            "withdrawals": [[w.of_spouse, w.reason, w.amount.fen, w.on.isoformat()] for w in member.withdrawals],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def member_of(text: str) -> Member | None:
    """The member that ``text_of`` wrote; None if another release wrote it in another shape."""
    kept = json.loads(text)
    if kept["shape"] != SHAPE:
        return None
    account, employer = kept["account"], kept["employer"]
    return Member(
        account=Account(
            number=account["number"],
            status=AccountStatus(account["status"]),
            balance=Money(account["balance"]),
            frozen=Money(account["frozen"]),
            monthly_deposit=Money(account["monthly_deposit"]),
            paid_until=None if account["paid_until"] is None else Month.parse(account["paid_until"]),
            months_in_a_row=account["months_in_a_row"],
            opened=None if account["opened"] is None else date.fromisoformat(account["opened"]),
        ),
        employer=Employer(**employer),
        marital_status=MaritalStatus(kept["marital_status"]),
        spouse=None if kept["spouse"] is None else IdNumber(kept["spouse"]),
        homes=tuple(Home(of_spouse, city) for of_spouse, city in kept["homes"]),
        withdrawals=tuple(
            PastWithdrawal(of_spouse, reason, Money(fen), date.fromisoformat(on))
            for of_spouse, reason, fen, on in kept["withdrawals"]
        ),
    )
