"""What stands in the bar at the top, by role, and where each role begins."""

from dataclasses import dataclass

from flask import current_app, request

from fund.application import Role


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the bar. It is shown to its roles, and only where the desk has that page."""

    path: str
    words: str
    roles: frozenset[Role]

    @property
    def is_here(self) -> bool:
        """Whether the page at hand belongs to it."""
        return request.path == self.path or request.path.startswith(f"{self.path}/")


PLACES = (
    Place("/queue", "待办队列", frozenset({Role.REVIEWER, Role.CONFIRMER})),
    Place("/queue", "案件", frozenset({Role.AUDITOR})),
    Place("/payouts", "付款", frozenset({Role.PAYER, Role.AUDITOR})),
    Place("/staff", "人员", frozenset({Role.ADMIN, Role.AUDITOR})),
)


def places_of(role: Role) -> list[Place]:
    """The bar of a role."""
    there = {rule.rule for rule in current_app.url_map.iter_rules() if "GET" in (rule.methods or set())}
    return [place for place in PLACES if role in place.roles and place.path in there]


def home_of(role: Role) -> str:
    """Where a role's work begins; its own sessions where there is no work yet."""
    return next((place.path for place in places_of(role)), "/sessions")
