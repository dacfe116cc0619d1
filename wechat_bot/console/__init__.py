"""How the administrators' commands speak: words and colours for a person, one JSON object for a script."""

from wechat_bot.console.asking import asked
from wechat_bot.console.out import DIFFERS, FAILED, SAME, Out, Problem, as_json, coloured, yes

__all__ = ["DIFFERS", "FAILED", "SAME", "Out", "Problem", "as_json", "asked", "coloured", "yes"]
