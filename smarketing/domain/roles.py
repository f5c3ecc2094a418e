"""Who may do what: one table from role to permissions. Edges ask it; nothing else decides."""

from enum import StrEnum


class Department(StrEnum):
    MARKETING = "marketing"
    SALES = "sales"


class Role(StrEnum):
    MARKETER = "marketer"
    SALES_REP = "sales_rep"
    MANAGER = "manager"
    ADMIN = "admin"


class Permission(StrEnum):
    USE_ACCOUNT = "use_account"
    SEE_LEADS = "see_leads"
    IMPORT_LEADS = "import_leads"
    QUALIFY_LEAD = "qualify_lead"
    MERGE_LEADS = "merge_leads"
    ERASE_LEAD = "erase_lead"
    SEE_QUEUE = "see_queue"
    ANSWER_HANDOFF = "answer_handoff"
    REASSIGN_HANDOFF = "reassign_handoff"
    PAUSE_CLOCKS = "pause_clocks"
    CONTEST = "contest"
    SEE_AGREEMENT = "see_agreement"
    COMMENT_AGREEMENT = "comment_agreement"
    AUTHOR_AGREEMENT = "author_agreement"
    SIGN_AGREEMENT = "sign_agreement"
    SEE_REPORTS = "see_reports"
    SHARE_REPORTS = "share_reports"
    TRAIN_PREDICTORS = "train_predictors"
    SEE_PEOPLE = "see_people"
    MANAGE_PEOPLE = "manage_people"
    SEE_JOBS = "see_jobs"
    MANAGE_LETTERS = "manage_letters"


_EVERYONE = frozenset(
    {
        Permission.USE_ACCOUNT,
        Permission.SEE_LEADS,
        Permission.SEE_AGREEMENT,
        Permission.SEE_REPORTS,
    }
)

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.MARKETER: _EVERYONE
    | {
        Permission.COMMENT_AGREEMENT,
        Permission.IMPORT_LEADS,
        Permission.QUALIFY_LEAD,
        Permission.MERGE_LEADS,
        Permission.CONTEST,
    },
    Role.SALES_REP: _EVERYONE
    | {
        Permission.COMMENT_AGREEMENT,
        Permission.SEE_QUEUE,
        Permission.ANSWER_HANDOFF,
        Permission.PAUSE_CLOCKS,
        Permission.CONTEST,
    },
    Role.MANAGER: _EVERYONE
    | {
        Permission.IMPORT_LEADS,
        Permission.QUALIFY_LEAD,
        Permission.MERGE_LEADS,
        Permission.ERASE_LEAD,
        Permission.SEE_QUEUE,
        Permission.REASSIGN_HANDOFF,
        Permission.PAUSE_CLOCKS,
        Permission.CONTEST,
        Permission.COMMENT_AGREEMENT,
        Permission.AUTHOR_AGREEMENT,
        Permission.SIGN_AGREEMENT,
        Permission.SHARE_REPORTS,
        Permission.TRAIN_PREDICTORS,
        Permission.SEE_PEOPLE,
    },
    Role.ADMIN: _EVERYONE
    | {
        Permission.IMPORT_LEADS,
        Permission.MERGE_LEADS,
        Permission.ERASE_LEAD,
        Permission.SEE_PEOPLE,
        Permission.MANAGE_PEOPLE,
        Permission.SEE_JOBS,
        Permission.MANAGE_LETTERS,
    },
}


def may(role: Role, permission: Permission) -> bool:
    return permission in GRANTS[role]


DEPARTMENTS: dict[Role, frozenset[Department | None]] = {
    Role.MARKETER: frozenset({Department.MARKETING}),
    Role.SALES_REP: frozenset({Department.SALES}),
    Role.MANAGER: frozenset(Department),
    Role.ADMIN: frozenset({None, *Department}),
}
"""Where each role can be at home; None is outside both departments."""


def may_belong_to(role: Role, department: Department | None) -> bool:
    return department in DEPARTMENTS[role]
