"""``flask wechat doctor``. Exit codes: 0 all fine, 1 something to look at, 2 something is broken."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import click

from wechat_bot.console import DIFFERS, FAILED, SAME, Out, as_json, coloured
from wechat_bot.doctor.findings import Check, Finding, Mark, run
from wechat_bot.doctor.table import COLOURS, Table

Checks = Callable[[], list[Check]]


def doctor_command(checks: Checks) -> click.Command:
    """The command over these checks, which are put together only when it runs."""

    @click.command("doctor", help="从头到尾检查公众号：设置、接口、回调地址、菜单、模板、次数")
    @as_json
    @coloured
    def doctor(as_json: bool) -> None:
        out, chosen = Out(as_json), checks()
        told: list[dict[str, Any]] = []
        marks = Counter[Mark]()

        def noted() -> Iterator[tuple[Check, Finding]]:
            for check, finding in run(chosen):
                marks[finding.mark] += 1
                told.append(_for_scripts(check, finding))
                yield check, finding

        for finding, line in Table(chosen).rows(noted()):
            out.say(line, fg=COLOURS[finding.mark])
        broken, warnings = marks[Mark.BROKEN], marks[Mark.WARNING]
        out.say(_summary(broken, warnings, marks[Mark.SKIPPED]), bold=True)
        code = FAILED if broken else DIFFERS if warnings else SAME
        out.end(code, broken=broken, warnings=warnings, checks=told)

    return doctor


def _for_scripts(check: Check, finding: Finding) -> dict[str, Any]:
    told = {"name": check.name, "mark": finding.mark.value, "found": finding.found, "todo": finding.todo}
    return told | ({"data": dict(finding.data)} if finding.data else {})


def _summary(broken: int, warnings: int, skipped: int) -> str:
    also = f"（{skipped} 项没有检查）" if skipped else ""
    if broken:
        return f"\n{broken} 项有故障" + (f"，{warnings} 项请留意" if warnings else "") + also
    return f"\n没有故障，{warnings} 项请留意{also}" if warnings else f"\n一切正常{also}"
