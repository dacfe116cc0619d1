"""The people at the desk: one account each, one role each, and nobody near their own case."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from fund.application import Role

DECIDING = frozenset({Role.REVIEWER, Role.CONFIRMER, Role.PAYER})
"""Roles that decide about money. Whoever has one is known by their own id number, or they could be two persons."""

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
