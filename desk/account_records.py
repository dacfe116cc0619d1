"""账号记录: everything that happened to the accounts of the desk, for 系统管理 and 审计. Read only, as the record is."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from desk.guards import staff_only
from desk.services import desk_services
from fund.application import Role
from fund.staff import StaffMember

account_records = Blueprint("desk_account_records", __name__)
PAGE = 50


@account_records.get("/staff/records")
@staff_only(Role.ADMIN, Role.AUDITOR)
def records(member: StaffMember) -> ResponseReturnValue:
    """A page of it, newest first; of one account if asked so."""
    staff = who_is_who()
    before, about = request.args.get("before", type=int), request.args.get("account", type=UUID)
    if before is not None and not 0 < before < 2**63:
        before = None
    found = desk_services().events.latest(PAGE + 1, before=before, staff_id=about)
    return render_template(
        "desk/staff_records.html",
        events=found[:PAGE],
        older=found[PAGE - 1].number if len(found) > PAGE else None,
        newest=before is None,
        about=about,
        staff=staff,
    )


def who_is_who() -> dict[UUID, StaffMember]:
    """All accounts that ever were, for the names in the record. Raises Unavailable."""
    return {each.member.id: each.member for each in desk_services().keeping.all()}
