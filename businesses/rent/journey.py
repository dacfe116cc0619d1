"""The pages of 租房提取, top to bottom, in the manual's order and words (操作手册 二（二）2-7)."""

from businesses.rent.cards import BANKS
from businesses.rent.case import RentCase
from businesses.rent.policy import photos_needed, reasons
from businesses.rent.terms import Terms
from fund.fields import CARD, CONSENT, MONEY, MONTH, REGION, Field, choice, text
from fund.journey import Answers, Journey, PhotoKind, Step

ADDRESS = text(5, 80, "请把地址写完整，写到门牌号，例如“青年大街100号3单元501”", letters=2)
BANK = choice(BANKS, "请选择建设银行、工商银行或盛京银行")


def documents(terms: Terms) -> tuple[PhotoKind, ...]:
    """All that can be asked for."""
    several = terms.photo_most
    return (
        PhotoKind("id_front", "身份证（人像面）", "本人身份证有照片的一面，四角完整"),
        PhotoKind("id_back", "身份证（国徽面）", "本人身份证有国徽的一面，四角完整"),
        PhotoKind("lease", "房屋租赁合同", "每一页都要拍，写明地址、租期、租金和双方签字", most=several),
        PhotoKind("rent_receipt", "租金发票或支付凭证", "租金发票、收据或转账记录", most=several),
        PhotoKind("no_home_proof", "无房证明", "租房所在城市不动产登记部门出具的本人及配偶无房证明", most=several),
        PhotoKind("workplace", "工作地证明", "单位出具的在当地工作的证明，没有可不传", required=False, most=several),
        PhotoKind("marriage", "婚姻证明", "结婚证有双方姓名的一页", most=2),
    )


def photo_kinds(case: RentCase, answers: Answers) -> tuple[PhotoKind, ...]:
    """The documents for a home outside 沈阳 or away from the employer."""
    return tuple(kind for kind in documents(case.terms) if kind.name != "marriage" or case.is_couple)


JOURNEY = Journey(
    "rent",
    "租房提取",
    (
        Step(
            "info", "核实个人基本信息", intro="请核对姓名、证件号码、单位和账户信息。如有误，请先联系单位经办人更正。"
        ),
        Step(
            "details",
            "租房信息",
            (
                Field("region", "租房地区", REGION, "房屋所在的城市或区县", missing="请选择租房地区"),
                Field("address", "房屋地址", ADDRESS, "请写到门牌号", "房屋详细地址", personal=True),
                Field("first_month", "本年度起租月份", MONTH, missing="请选择本年度起租月份"),
                Field("last_month", "本年度止租月份", MONTH, missing="请选择本年度止租月份"),
                Field("monthly_rent", "月租金额", MONEY, "每月租金，单位：元", "月租金"),
                Field("amount", "提取金额（元）", MONEY, "不超过本页给出的最多可提取金额"),
            ),
            intro="请按租房合同填写。",
        ),
        Step(
            "account",
            "收款账户",
            (
                Field("bank", "银行类别", BANK, hall_label="收款银行", missing="请选择银行类别"),
                Field("card", "银行卡号码", CARD, "本人名下一类卡（借记卡）卡号，16至19位", personal=True),
            ),
            intro="资金将划入本人名下的一类卡。二类、三类账户有收款限额，可能导致资金退回。",
        ),
        Step(
            "pledge",
            "承诺书",
            (Field("agreed", "我已阅读并同意", CONSENT, missing="请阅读承诺书并勾选“我已阅读并同意”"),),
            button="提交申请",
        ),
        Step(
            "photos",
            "影像上传",
            when=photos_needed,
            photos=photo_kinds,
            button="提交申请",
            intro="租房地区不在沈阳市或与单位所在地区不一致，请拍摄原件上传：清晰、完整、无遮挡。",
        ),
    ),
    rules=reasons,
)
