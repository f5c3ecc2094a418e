"""Who may do what, written down a second time: a change of the grants has to be meant."""

import pytest

from smarketing.domain.roles import GRANTS, Department, Permission, Role, may, may_belong_to

COLUMNS = (Role.MARKETER, Role.SALES_REP, Role.MANAGER, Role.ADMIN)
REVIEWED = """
    use_account        x  x  x  x
    see_leads          x  x  x  x
    import_leads       x  .  x  x
    qualify_lead       x  .  x  .
    merge_leads        x  .  x  x
    erase_lead         .  .  x  x
    see_queue          .  x  x  .
    answer_handoff     .  x  .  .
    reassign_handoff   .  .  x  .
    pause_clocks       .  x  x  .
    contest            x  x  x  .
    see_agreement      x  x  x  x
    comment_agreement  x  x  x  .
    author_agreement   .  .  x  .
    sign_agreement     .  .  x  .
    see_reports        x  x  x  x
    share_reports      .  .  x  .
    train_predictors   .  .  x  .
    see_people         .  .  x  x
    manage_people      .  .  .  x
    see_jobs           .  .  .  x
    manage_letters     .  .  .  x
"""
TABLE = {permission: marks for permission, *marks in map(str.split, REVIEWED.strip().splitlines())}


@pytest.mark.parametrize("permission", Permission)
def test_the_grants_are_those_that_were_reviewed(permission: Permission) -> None:
    assert ["x" if may(role, permission) else "." for role in COLUMNS] == TABLE[permission.value]


def test_every_role_has_grants() -> None:
    assert set(GRANTS) == set(COLUMNS) == set(Role)


@pytest.mark.parametrize(
    ("role", "departments"),
    [
        (Role.MARKETER, {Department.MARKETING}),
        (Role.SALES_REP, {Department.SALES}),
        (Role.MANAGER, {Department.MARKETING, Department.SALES}),
        (Role.ADMIN, {Department.MARKETING, Department.SALES, None}),
    ],
)
def test_a_role_is_at_home_on_its_side(role: Role, departments: set[Department | None]) -> None:
    assert {each for each in (*Department, None) if may_belong_to(role, each)} == departments
