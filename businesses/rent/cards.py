"""The three banks, and a small table of card prefixes that may suggest or warn, never refuse.

Prefixes: those on which two public tables agree (facts §3.3). Old cards and joint issues are not in it.
"""

from fund.numbers import CardNumber

BANKS = (("CCB", "建设银行"), ("ICBC", "工商银行"), ("SJB", "盛京银行"))
BANK_NAMES = dict(BANKS)

_DEBIT = {
    "CCB": "436742 620060 621081 621284 621467 621598 621621 621700 622280 622700 623211 623668 421349 434061 434062 "
    "524094 526410 552245 621080 621082 621083 621084 621466 621488 621499 622966 622988",
    "ICBC": "620058 621225 621226 621227 621240 621281 621288 621558 621559 621670 621720 621721 621722 621723 621724 "
    "622200 622202 622203 622208 623062 900000 900010 9558 621205 621206 621207 621208 621209 621210 621211 622020 "
    "622302 622303 622305 622307 622308 622309 622313 622510 622806 623002 623100 622944",
    "SJB": "623108 623081 566666 622455 940039",
}
_CREDIT = {"SJB": "622466 628285 625811"}
_BANK_OF = {prefix: bank for bank, listed in _DEBIT.items() for prefix in listed.split()}
_CREDIT_OF = {prefix: bank for bank, listed in _CREDIT.items() for prefix in listed.split()}


def likely_bank(card: CardNumber) -> str | None:
    """The bank that issues such numbers, as far as the table knows."""
    return next((bank for p, bank in (_BANK_OF | _CREDIT_OF).items() if card.value.startswith(p)), None)


def looks_like_credit(card: CardNumber) -> bool:
    """Whether the prefix is one of known credit cards."""
    return any(card.value.startswith(prefix) for prefix in _CREDIT_OF)


def warning(bank: str, card: CardNumber) -> str:
    """A friendly doubt about bank and number, or nothing."""
    likely = likely_bank(card)
    if looks_like_credit(card):
        return "该卡可能是信用卡，请使用本人名下的一类借记卡（储蓄卡）"
    if likely is not None and likely != bank:
        return f"这个卡号看起来是{BANK_NAMES[likely]}的卡，与所选银行不一致，请核对（核对无误可继续）"
    if not card.luhn_ok:
        return "卡号的校验位不符，可能输错了一位，请对照银行卡核对（核对无误可继续）"
    return ""
