"""How the menu script speaks: in coloured words to a person, in one JSON object to another script."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from wechat_bot.menu.file import Problem

SAME, DIFFERS, FAILED = 0, 1, 2
"""Exit codes: fine or the same; differs, or not confirmed; an error."""


@dataclass(frozen=True, slots=True)
class Out:
    """Says what a command has to say, and ends it."""

    as_json: bool

    def say(self, text: str, **style: Any) -> None:
        """Words for a person; ``style`` is click's."""
        if not self.as_json:
            click.secho(text, **style)

    def end(self, code: int, **result: Any) -> NoReturn:
        """End the command with an exit code; ``result`` is for scripts."""
        if self.as_json:
            click.echo(json.dumps({"ok": code != FAILED, **result}, ensure_ascii=False))
        raise click.exceptions.Exit(code)

    def fail(self, path: Path | None, problems: list[Problem]) -> NoReturn:
        """End the command with every problem, each with the line of ``path`` to change."""
        for problem in problems:
            place = f"{path}:{problem.line}: " if path and problem.line else ""
            if not self.as_json:
                click.secho(f"{place}{problem.message}", fg="red", err=True)
        told = [{"line": problem.line, "message": problem.message} for problem in problems]
        self.end(FAILED, problems=told)

    def confirm(self, yes: bool, question: str) -> None:
        """Go on only with ``yes`` or a yes; a script must say it beforehand."""
        if yes:
            return
        if self.as_json:
            self.fail(None, [Problem(0, "用 --json 时请加 --yes 确认")])
        if not click.confirm(question):
            self.say("没有改动")
            self.end(DIFFERS)
