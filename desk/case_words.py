"""A case in words: answers, corrections and history as the case page prints them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from desk.words import CORE_REFUSALS, SIGNALS, money
from fund.application import MOVES, Event, Move, Role
from fund.case_file import CaseFile
from fund.cases import Look
from fund.decision import Correction, Decision, Mark
from fund.fields import Field
from fund.look_alikes import LookAlike
from fund.looks import Looked
from fund.money import Money
from web.forms import rows, words_of

_WITHOUT_AN_ACCOUNT = {Move.RETURN: "退回补正", Move.SEND_BACK: "退回初审", Move.REJECT: "不予通过"}


_LOOKS = {"case": "打开案件", "reveal:id_number": "显示完整证件号码", "reveal:card": "显示完整银行卡号码"}


@dataclass(frozen=True, slots=True)
class Changed:
    """One answer that was corrected."""

    label: str
    before: str
    after: str
    same: str = ""
    """What is said when it is as it was: a card that failed, given once more."""


def looked_at(looked: Looked) -> tuple[tuple[Look, str], ...]:
    """Looks with what was shown, in words."""
    return tuple((line, _LOOKS.get(line.what) or looked.photos.get(line.what[6:], "影像")) for line in looked.lines)


def why_not_paid(event: Event) -> str:
    """Of a payment that failed: ``R07 收款账户已销户…（付款卡尾号0012）``."""
    because, tail = event.details.get("reason", {}), str(event.details.get("tail", ""))
    words = f"{because.get('code', '')} {because.get('words', '')}".strip() or "银行没有说明原因"
    return f"{words}（付款卡尾号{tail}）" if tail else words


class CaseWords:
    """Reads one case file aloud."""

    def __init__(self, file: CaseFile) -> None:
        self._file = file
        self._fields: Mapping[str, Field] = {f.name: f for step in file.business.journey.steps for f in step.fields}

    def answers(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Page by page; the card masked."""
        told = rows(self._file.business.journey.steps, self._file.application.answers)
        return tuple(
            (step.title, tuple((label.removesuffix("（元）"), value) for label, value in pairs)) for step, pairs in told
        )

    def working(self) -> tuple[tuple[str, bool], ...]:
        """The limits of the amount, and which of them decides; a sum of one term is not said to equal itself."""
        told = []
        for line in self._file.application.working:
            amount = money(Money.from_wire(line["amount"]))
            alone = line["working"].endswith(amount) and not any(sign in line["working"] for sign in "×−")
            words = line["working"] if alone else f"{line['working']} = {amount}"
            told.append((f"{line['label']}：{words}", line["decides"] == "yes"))
        return tuple(told)

    def pledge(self) -> str:
        """The version in words: ``承诺书 2026年1月版``."""
        found = re.fullmatch(r"pledge-([0-9]{4})-([0-9]{2})", self._file.application.pledge_version)
        return f"承诺书 {found[1]}年{int(found[2])}月版" if found else f"承诺书 {self._file.application.pledge_version}"

    def alike(self, other: LookAlike) -> str:
        """Whose another application is and what it has in common: ``他人（李*）：同一张影像（房屋租赁合同）、同一张银行卡``."""
        kinds = [kind for kind in other.kinds if kind != "spouse"]
        whose = "本人" if other.first.own else "配偶" if "spouse" in other.kinds else "他人"
        names = [
            self.label(here) if here == there else f"{self.label(here)}（对方作为{self.label(there)}）"
            for here, there in other.documents
        ]
        told = "、".join(SIGNALS[kind] + (f"（{'、'.join(names)}）" if kind == "photo" else "") for kind in kinds)
        return f"{whose}（{other.first.name}）：{told}" if told else f"{whose}（{other.first.name}）的申请"

    def label(self, name: str) -> str:
        """What a field or a document is called."""
        found = self._fields.get(name)
        return found.label if found else self._file.business.document_names.get(name, name)

    def changes(self, event: Event) -> tuple[Changed, ...]:
        """What a correction changed, answer by answer."""
        if event.move not in (Move.CORRECT, Move.FIX_CARD):
            return ()
        correction = Correction.of(event.details)
        return tuple(
            Changed(
                self.label(name),
                self._value(name, before := correction.before.get(name, "")),
                self._value(name, after),
                ("与原卡相同" if name == "card" else "与原来相同") if before == after else "",
            )
            for name, after in correction.after.items()
        )

    def photos_of(self, event: Event) -> tuple[tuple[str, int], ...]:
        """Which documents a correction photographed anew, and how many photos came."""
        if event.move not in (Move.CORRECT, Move.FIX_CARD):
            return ()
        return tuple((self.label(kind), len(ids)) for kind, ids in Correction.of(event.details).photos.items())

    def core_refusal(self) -> str:
        """What the core system says instead of an account, and what may still be decided then; '' when it knows one."""
        if not self._file.core.refusal:
            return ""
        possible = {move for state, move in MOVES if state is self._file.application.state}
        still = "或".join(words for move, words in _WITHOUT_AN_ACCOUNT.items() if move in possible)
        return CORE_REFUSALS[self._file.core.refusal] + (f"这笔申请不能通过，可以{still}。" if still else "")

    def last_correction(self) -> Event | None:
        """The newest, for the reviewer who gets the case back."""
        return next((e for e in reversed(self._file.events) if e.move in (Move.CORRECT, Move.FIX_CARD)), None)

    def failed_before(self, correction: Event) -> Event | None:
        """The payment that failed, and for which another card was given."""
        before = (e for e in reversed(self._file.events) if e.seq < correction.seq and e.move is Move.FAIL)
        return next(before, None) if correction.move is Move.FIX_CARD else None

    def said(self, event: Event) -> tuple[str, ...]:
        """Reasons, marks and notes that went with a move."""
        decision = Decision.of(event.details)
        told = [f"{reason.code} {reason.words}" for reason in decision.reasons]
        if event.move is Move.FAIL:
            told.append(why_not_paid(event))
        told += [self._mark(mark) for mark in decision.marks]
        told += [note for note in (decision.note, str(event.details.get("for_staff", ""))) if note]
        return tuple(told)

    def actor(self, event: Event) -> str:
        """Who made a move: by name for staff."""
        role = event.actor.role
        if role in (Role.CITIZEN, Role.SYSTEM):
            return role.words
        return f"{self._file.names.get(event.actor.id, '—')}（{role.words}）"

    def _mark(self, mark: Mark) -> str:
        return f"{self.label(mark.name)}：{mark.because.code} {mark.because.words}"

    def _value(self, name: str, value: str) -> str:
        found = self._fields.get(name)
        return (words_of(found, value) if found else value) or "—"
