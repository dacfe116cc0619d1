"""Checks of what is our own: the settings and the store of tokens."""

from collections.abc import Callable, Mapping

from wechat_bot.doctor.findings import Check, Finding, broken, fine, warning


def wrong_settings(problems: Mapping[str, str]) -> list[Check]:
    """One line for every setting that is missing or wrong; nothing else can be looked at then."""

    def told(what: str) -> Callable[[], Finding]:
        words = "没有设置" if what == "is missing" else f"不能用：{what}"
        return lambda: broken(words, "在环境变量中改正（各变量的含义见 .env.example），再运行一次")

    return [Check(name, told(what)) for name, what in problems.items()]


def checks(mode: str, app_env: str, app_id: str, is_up: Callable[[], bool]) -> list[Check]:
    """The settings that were loaded, and the store that all processes share."""
    return [Check("设置", lambda: settings(mode, app_env, app_id)), Check("Redis", lambda: redis(is_up))]


def settings(mode: str, app_env: str, app_id: str) -> Finding:
    """They could be loaded, so their shape is right; what is left is how safe they are."""
    found = f"齐全（{app_env}，AppID {app_id}，WECHAT_MODE={mode}）"
    if mode != "encrypted":
        todo = "在公众平台“服务器配置”选安全模式，并设 WECHAT_MODE=encrypted：否则推送的内容不加密"
        return warning(found, todo)
    return fine(found)


def redis(is_up: Callable[[], bool]) -> Finding:
    """The store of tokens and of the record of pushes."""
    if is_up():
        return fine("能连上")
    return broken("连不上", "检查 REDIS_URL，并确认 Redis 或 Valkey 正在运行；其余检查照常进行")
