"""The people at the desk: one account each, one role each, and nobody near their own case."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from fund.application import Role

KNOWN_BY_NUMBER = frozenset({Role.REVIEWER, Role.CONFIRMER, Role.PAYER, Role.ADMIN})
"""Roles that decide about money or about accounts, always two at a time. Whoever has one is known by their own id
number, or one person could be both."""

STAFF_ROLES = frozenset({Role.REVIEWER, Role.CONFIRMER, Role.PAYER, Role.ADMIN, Role.AUDITOR})
"""初审, 复核, 支付, 系统管理, 审计. An account has exactly one: any two of them must be different people."""


@dataclass(frozen=True, slots=True, repr=False)
class StaffMember:
    """Somebody who works at the desk. ``id_number_mark`` is the blind index of their own id number, '' if it was
    never given: only with it can the house keep them away from their own and their spouse's cases."""

    id: UUID
    login: str
    name: str
    role: Role
    id_number_mark: str = ""
    same_person: frozenset[UUID] = frozenset()
    """All accounts that ever were this person's, disabled ones among them: another desk is another account."""

    @property
    def every_id(self) -> frozenset[UUID]:
        """By which this person stands in histories."""
        return self.same_person | {self.id}

    def is_same_person(self, other: "StaffMember") -> bool:
        """Whether both accounts are one person's, as far as the house can know."""
        return other.id in self.every_id or self.id_number_mark == other.id_number_mark != ""

    def __repr__(self) -> str:
        return f"StaffMember({self.id}, {self.role})"


class Staff(Protocol):
    """Staff accounts, as far as everybody at the desk needs them."""

    def get(self, staff_id: UUID) -> StaffMember | None:
        """The active account; None when there is none or it was disabled. Raises Unavailable."""
        ...

    def names(self) -> dict[UUID, str]:
        """The names of all accounts that ever were, for histories. Raises Unavailable."""
        ...
