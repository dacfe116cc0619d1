"""``flask payouts import FILE``: take over a result file of the settlement application (BDC107/BDC108).

The file is CSV with a head line: ``payment_no,status,reason``; status is ``done``, ``failed``, ``returned`` or
``accepted``. What a line says is reason to ask the bank, whose answer
decides; the same file again changes nothing. Exit codes: 0 all fine, 1 some lines could not be taken over, 2 the
file cannot be read.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from fund.errors import NotFound, OutcomeUnknown, Refused, Unavailable
from fund.money_ports import Outcome, Status
from fund.payment import from_the_bank
from fund.results import Results

LARGEST = 8 * 1024 * 1024
COLUMNS = ("payment_no", "status", "reason")
REFUSALS = {
    "not_instructed": "这笔付款尚未发给银行，已列入对账差异",
    "contradicts": "与银行现在的答复不一致，未采用，已列入对账差异",
}


class Unreadable(ValueError):
    """What is wrong with the file, in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file: its number in the file, and what it says."""

    at: int
    payment_no: str
    outcome: Outcome


def payouts_cli(results: Callable[[], Results]) -> click.Group:
    """The command group; bootstrap adds it to the app's commands."""

    @click.group("payouts", help="付款：导入银行结果文件")
    def payouts() -> None:
        pass

    @payouts.command("import", help="导入银行批量结果文件（CSV：payment_no,status,reason）；重复导入不会改变任何数据")
    @click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def import_file(path: Path) -> None:
        try:
            lines = list(read(path))
        except Unreadable as wrong:
            click.secho(f"{path}: {wrong}", fg="red", err=True)
            raise click.exceptions.Exit(2) from None
        told: Counter[str] = Counter()
        use_case = results()
        for line in lines:
            problem = ""
            try:
                told["更新" if use_case.learn(line.payment_no, line.outcome) else "无变化"] += 1
            except NotFound:
                problem = "没有这笔付款"
            except Refused as refused:
                problem = REFUSALS.get(refused.code, refused.code)
            except (Unavailable, OutcomeUnknown):
                problem = "银行或核心系统暂时不能答复，请稍后再导入一次"
            if problem:
                told["未导入"] += 1
                click.secho(f"{path}:{line.at}: {line.payment_no}：{problem}", fg="red", err=True)
        click.echo("，".join(f"{what} {told[what]} 笔" for what in ("更新", "无变化", "未导入")))
        raise click.exceptions.Exit(1 if told["未导入"] else 0)

    return payouts


def read(path: Path) -> Iterator[Line]:
    """The lines of a file, all of them or, with Unreadable, none."""
    if path.stat().st_size > LARGEST:
        raise Unreadable("文件太大")
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError:
            raise Unreadable("不是 UTF-8 或 GB18030 编码的文本") from None
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = tuple(cell.strip() for cell in next(rows, []))
        if head != COLUMNS:
            raise Unreadable(f"第一行应为 {','.join(COLUMNS)}")
        found = [(rows.line_num, [cell.strip() for cell in row]) for row in rows if row]
    except csv.Error:
        raise Unreadable("不是正确的 CSV") from None
    lines = [_line(at, row) for at, row in found]
    if len({line.payment_no for line in lines}) < len(lines):
        raise Unreadable("同一付款编号出现多次")
    return iter(lines)


def _line(at: int, row: list[str]) -> Line:
    if len(row) != len(COLUMNS):
        raise Unreadable(f"第 {at} 行应有 {len(COLUMNS)} 列")
    number, status, reason = row
    if not (number.isascii() and number.isalnum() and len(number) <= 64):
        raise Unreadable(f"第 {at} 行的付款编号不正确")
    try:
        return Line(at, number, Outcome(Status(status), from_the_bank(reason)))
    except ValueError:
        known = "、".join(known.value for known in Status)
        raise Unreadable(f"第 {at} 行的状态应为 {known} 之一") from None
