"""The words of every error a citizen can meet: what happened, what to do next, what became of what was typed."""

from dataclasses import dataclass

from fund.journey import MOST_PHOTO_MB

HOME = ("返回首页", "/h5/")
AGAIN = ("重新登录", "/login/start?next=/h5/")
APPLICATIONS = ("查看我的申请", "/h5/applications")
HOTLINE = ("拨打 12329", "tel:12329")
REAL_NAME_GUIDE = ("查看注册与实名认证步骤", "/h5/guides/account#real-name")
PERSON_GUIDE = ("查看用哪种账号登录", "/h5/guides/account#person")
TIME_OUT_GUIDE = ("查看为什么会超时", "/h5/guides/faq#signed-out")
DETAILS_GUIDE = ("查看怎么核对更正", "/h5/guides/faq#details-wrong")
PHOTO_GUIDE = ("查看怎样拍照片", "/h5/guides/materials#photographing")
GUIDES = ("查看服务指南", "/h5/guides/")


UNSAVED = "刚才填写的内容没有保存。"
HELD = "不过这个页面还留着您刚才填写的内容：请先不要关闭，过一会儿点“再试一次”。"
STILL_THERE = "您填写的内容都在，重试后会显示在页面上。"


@dataclass(frozen=True, slots=True)
class Words:
    """A page about a problem. ``retry`` adds a button that opens the same page again."""

    status: int
    title: str
    text: str
    actions: tuple[tuple[str, str], ...] = (HOME,)
    retry: bool = False
    unsaved: bool = False
    """Whether what was typed into a form that met it is not kept anywhere."""


WORDS: dict[str, Words] = {
    # signing in (facts §5.3)
    "cancelled": Words(200, "您取消了登录", "没有登录就不能办理业务。需要时可以随时重新登录。", (AGAIN, HOME)),
    "expired": Words(
        400, "登录已超时", "为了您的账户安全，登录等待时间有限，请重新登录。您填写过的内容已为您保留。", (AGAIN, TIME_OUT_GUIDE)
    ),
    "not_verified": Words(
        403,
        "账号尚未实名认证",
        "您的辽宁政务服务网账号还没有完成实名认证。请先在辽宁政务服务网完成实名认证，再回来登录。"
        "如有疑问请拨打辽宁政务服务网客服热线 024-12345。",
        (REAL_NAME_GUIDE, AGAIN),
    ),
    "enterprise": Words(
        403, "请使用个人账号登录", "您登录的是企业（法人）账号。公积金提取请使用您本人的个人（自然人）账号登录。", (AGAIN, PERSON_GUIDE)
    ),
    "incomplete": Words(
        403,
        "账号信息不完整",
        "辽宁政务服务网没有提供您的姓名或证件号码，暂时不能登录。请在辽宁政务服务网补全个人信息后再试。",
        (REAL_NAME_GUIDE, AGAIN),
    ),
    "undecodable": Words(
        502, "登录信息无法识别", "辽宁政务服务网返回的信息无法识别，请稍后重新登录。如多次出现，请拨打12329并告知编号。",
        (AGAIN, HOTLINE),
    ),
    "no_account": Words(
        403,
        "未查询到您的省直公积金账户",
        "没有查询到您名下的省直住房公积金账户。如果您的单位已为您开户，请联系单位经办人核对，或拨打12329咨询。",
        (HOTLINE, DETAILS_GUIDE, HOME),
    ),
    "name_mismatch": Words(
        403,
        "姓名与公积金账户不一致",
        "您登录的姓名与公积金账户登记的姓名不一致，请联系单位经办人核对更正，或拨打12329咨询。",
        (HOTLINE, DETAILS_GUIDE, HOME),
    ),
    # guards
    "too_many": Words(429, "操作太频繁", "短时间内操作次数较多，请稍等一分钟再试。", (HOME,), retry=True, unsaved=True),
    "no_such_page": Words(404, "没有找到这个页面", "您要打开的页面不存在，或者不属于您。请从首页重新进入。", (HOME, GUIDES, APPLICATIONS)),
    "forbidden": Words(403, "不能打开这个页面", "您没有打开这个页面的权限。请从首页重新进入。"),
    "method": Words(405, "请从页面上的按钮进入", "这个地址不能直接打开，请从首页重新进入。"),
    "too_large": Words(413, "文件太大", f"单张照片不能超过{MOST_PHOTO_MB}MB。请用手机重新拍摄，或压缩后再上传。已填写的内容不会丢失。", (PHOTO_GUIDE, HOME), True),
    "bad_request": Words(400, "请求无法识别", "页面发送的内容不完整。请返回上一页重试，已填写的内容不会丢失。", (HOME,)),
    "wrong_state": Words(409, "当前状态不能这样操作", "这笔申请的状态已经变化，请查看最新进度。", (APPLICATIONS, HOME)),
    "stale": Words(409, "信息已有变化", "这一页的内容刚刚发生了变化，请刷新后再操作。没有任何内容丢失。", (APPLICATIONS,), True),
    # neighbours and our own house
    "unavailable": Words(
        503, "系统繁忙，请稍后再试", "暂时无法办理，请过一会儿再试。", (HOME,), retry=True, unsaved=True
    ),
    "unknown_outcome": Words(
        503, "正在确认办理结果", "网络中断，正在确认结果，请先查看“我的申请”，不要重复提交。", (APPLICATIONS,), retry=True
    ),
    "refused": Words(409, "暂时不能办理", "这项操作没有被受理。请返回首页重试，或拨打12329咨询。", (HOME, HOTLINE)),
    "internal": Words(
        500, "系统出了点问题", "这是我们的问题，不是您操作有误。请稍后再试；如仍不行，请拨打12329并告知编号。",
        (HOME, HOTLINE), retry=True, unsaved=True,
    ),
}  # fmt: skip


def words_for(code: str, fallback: str) -> Words:
    """The words of an error code, or of its kind when the code has none of its own."""
    return WORDS.get(code) or WORDS[fallback]


_FRAMES = {"/hall/": "hall/layout.html"}
_IN_HALL = {
    HOME[1]: "/hall/home",
    AGAIN[1]: "/login/start?next=/hall/home",
    APPLICATIONS[1]: "/hall/applications",
}


def _in_hall(url: str) -> str:
    return _IN_HALL.get(url, url.replace("/h5/guides/", "/hall/guides/"))


def in_channel(path: str, actions: tuple[tuple[str, str], ...]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The frame of the pages around ``path``, and the actions as they lead there: on the desktop to the desktop's."""
    for prefix, frame in _FRAMES.items():
        if path.startswith(prefix):
            return frame, tuple((label.replace("服务指南", "办事指南"), _in_hall(url)) for label, url in actions)
    return "layout.html", actions
