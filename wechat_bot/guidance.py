"""What the chat says of what the guides explain: the short answer, and the page that has the whole of it."""

from wechat_bot.services import BotServices


def materials(services: BotServices) -> str:
    """What has to be brought, and what photographed."""
    return (
        "在沈阳市租房、单位也在沈阳市的，不用上传材料，备好租房合同和本人名下的一类借记卡即可。\n"
        "租房地区不在沈阳市，或与单位所在地区不一致的，办理中要拍照上传：身份证正反面、房屋租赁合同、租金发票或支付凭证、"
        "无房证明；已婚的还有婚姻证明。\n"
        f"每一样怎么拍，请看{services.link('所需材料', '/h5/guides/materials')}。"
    )


def common_questions(services: BotServices) -> str:
    """What most people ask."""
    return (
        "大家常问：\n"
        "一、谁可以办租房提取？\n"
        "账户正常、连续缴存达到规定的月数，本人及配偶在规定范围内没有自有住房，并且租房居住。\n"
        "二、钱到哪张卡？\n"
        "本人名下的一类借记卡，限建设银行、工商银行、盛京银行。\n"
        "三、什么时候要上传材料？\n"
        "租房地区不在沈阳市，或与单位所在地区不一致时，办理中会请您上传。\n"
        "四、多久有结果？\n"
        "审核有了结果，会在微信里通知您；也可以随时发送“进度”查看。\n"
        f"条件和限额请看{services.link('办事指南', '/h5/guides/rent')}，别的问题请看"
        f"{services.link('常见问题', '/h5/guides/faq')}，也可以在{services.link('服务指南', '/h5/guides/')}里搜索。"
        "以中心公布的规定为准。"
    )


def contact(services: BotServices) -> str:
    """The telephone and the counters."""
    return (
        "辽宁省省直住房资金管理中心\n"
        f"服务热线：{services.hotline}（{services.hours}）\n"
        "办公地址和受理网点以中心门户网站公布的为准："
        '<a href="https://www.lnszgjj.com/">www.lnszgjj.com</a>\n'
        "出门前请先打热线问一问，租房提取在手机上就能办。\n"
        f"更多联系方式请看{services.link('网点与电话', '/h5/guides/contact')}。"
    )


def account(services: BotServices) -> str:
    """Registering and finding the password are done over there."""
    return (
        "登录用的是辽宁政务服务网的个人账号，密码要在那边找回，本中心无法重置：\n"
        '1. 打开<a href="https://www.lnzwfw.gov.cn/">辽宁政务服务网</a>，点右上角“登录”。\n'
        "2. 点“忘记密码”，选择“自然人”，按页面提示填写。\n"
        "没有账号的，点右上角“注册”，选择“自然人用户”。提示“身份证被占用”，说明您已有账号，请按上面的步骤找回密码。\n"
        "找回或注册中有疑问，请拨打辽宁政务服务网客服热线024-12345。\n"
        f"电脑上和实名认证的步骤请看{services.link('注册账号与找回密码', '/h5/guides/account')}。"
    )
