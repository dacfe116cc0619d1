"""What a command says, how it asks, and how it ends."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

SAME, DIFFERS, FAILED = 0, 1, 2
"""Exit codes: fine or the same; differs, or not confirmed; an error."""

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong and what to change. ``line`` is 0 when no line is to blame."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Out:
    """Says what a command has to say, and ends it."""

    as_json: bool

    def say(self, text: str, **style: Any) -> None:
        """Words for a person; ``style`` is click's."""
        if not self.as_json:
            click.secho(text, **style)

    def warn(self, text: str) -> None:
        """Words for a person that do not belong to the result."""
        if not self.as_json:
            click.secho(text, fg="yellow", err=True)

    def end(self, code: int, **result: Any) -> NoReturn:
        """End the command with an exit code; ``result`` is for scripts."""
        if self.as_json:
            click.echo(json.dumps({"ok": code != FAILED, **result}, ensure_ascii=False))
        raise click.exceptions.Exit(code)

    def fail(self, path: Path | None, problems: list[Problem], **result: Any) -> NoReturn:
        """End the command with every problem, each with the line of ``path`` to change."""
        for problem in problems:
            place = f"{path}:{problem.line}: " if path and problem.line else ""
            if not self.as_json:
                click.secho(f"{place}{problem.message}", fg="red", err=True)
        told = [{"line": problem.line, "message": problem.message} for problem in problems]
        self.end(FAILED, problems=told, **result)

    def refuse(self, message: str) -> NoReturn:
        """End the command with one problem that no line of a file is to blame for."""
        self.fail(None, [Problem(0, message)])

    def confirm(self, yes: bool, question: str) -> None:
        """Go on only with ``yes`` or a yes; a script must say it beforehand."""
        if yes:
            return
        if self.as_json:
            self.refuse("用 --json 时请加 --yes 确认")
        try:
            agreed = click.confirm(question)
        except click.Abort:
            # Ctrl-C, or nobody there to answer: a pipe, a timer.
            self.say("\n没有得到回答。脚本里请加 --yes 确认")
            agreed = False
        if not agreed:
            self.say("没有改动")
            self.end(DIFFERS)


def as_json(command: Command) -> Command:
    """The option for scripts."""
    return click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 对象，供脚本使用")(command)


def yes(command: Command) -> Command:
    """The option that answers every question beforehand."""
    return click.option("--yes", is_flag=True, help="不再询问，直接执行")(command)


def coloured(command: Command) -> Command:
    """The option for colours. Unset: on a terminal unless NO_COLOR is set (no-color.org), never in a pipe."""

    def choose(context: click.Context, _parameter: click.Parameter, wanted: bool | None) -> None:
        if wanted is not None:
            context.color = wanted
        elif os.environ.get("NO_COLOR"):
            context.color = False

    option = click.option(
        "--color/--no-color",
        default=None,
        expose_value=False,
        is_eager=True,
        callback=choose,
        help="总是／从不用颜色（默认：屏幕上用，管道里不用；也认 NO_COLOR）",
    )
    return option(command)
