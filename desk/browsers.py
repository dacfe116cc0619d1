"""A browser in words, so that somebody recognises their own session in the list."""

_BROWSERS = (
    ("wxwork/", "企业微信"), ("MicroMessenger/", "微信"), ("DingTalk/", "钉钉"), ("Edg/", "Edge"), ("QIHU", "360浏览器"),
    ("360SE", "360浏览器"), ("360EE", "360浏览器"), ("UOSBrowser", "统信浏览器"), ("QQBrowser/", "QQ浏览器"), ("MetaSr", "搜狗浏览器"),
    ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("OpenHarmony", "鸿蒙"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Kylin", "麒麟"), ("UOS", "统信UOS"), ("Linux", "Linux"),
)  # fmt: skip


def words_of(user_agent: str) -> str:
    """``Edge · Windows``; what is not known is said to be another.

    >>> words_of("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/119.0 Safari/537.36")
    'Chrome · Linux'
    """
    browser = next((words for sign, words in _BROWSERS if sign in user_agent), "其他浏览器")
    system = next((words for sign, words in _SYSTEMS if sign in user_agent), "其他系统")
    return f"{browser} · {system}"
