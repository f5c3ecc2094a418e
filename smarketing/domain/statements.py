"""The minute of a period: what both sides owed, what came of it, and the verdicts, as one text with one digest."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from smarketing.domain.attainment import TOO_FEW, Share
from smarketing.domain.clauses import Words
from smarketing.domain.errors import N_, Conflict, NotAllowed
from smarketing.domain.periods import Period
from smarketing.domain.roles import Department, Role


class Verdict(StrEnum):
    KEPT = "kept"
    MISSED = "missed"
    TOO_FEW = "too_few"
    NO_DATA = "no_data"


PEOPLE, TEAMS, PERIODS = "people", "teams", "periods"


class Obligation(NamedTuple):
    """A clock clause or a share: `met` of `total`, `excused` of the missed, `promised` a share of 0 to 1, which
    `is_limit` must not be exceeded; fewer than `fewest` decide nothing.

    A volume: `met` there were, of `promised` owed; `total` and `excused` are 0. `unit` is the currency of an amount
    (then both are 1/100 of it). A volume that several owed, or that fell due several times, is told as a share: of
    so many PEOPLE, teams or PERIODS so many reached it, and all of them must.
    """

    clause: str
    side: Department
    title: Words
    is_volume: bool
    promised: float
    met: int
    total: int
    excused: int
    pending: int
    is_limit: bool = False
    fewest: int = TOO_FEW
    unit: str = ""

    @property
    def verdict(self) -> Verdict:
        """Of a clock clause without what was excused."""
        if self.is_volume:
            is_kept = self.met <= self.promised if self.is_limit else self.met >= self.promised
            return Verdict.KEPT if is_kept else Verdict.MISSED
        share = Share(self.met, self.total - self.excused)
        if not share.total:
            return Verdict.NO_DATA
        if share.total < self.fewest:
            return Verdict.TOO_FEW
        over = share.part - self.promised * share.total
        is_kept = over <= 1e-9 if self.is_limit else over >= -1e-9
        return Verdict.KEPT if is_kept else Verdict.MISSED


class Following(NamedTuple):
    """What the agreement says follows from a miss; `remedy` None where only a relief was agreed."""

    clause: str
    side: Department
    title: Words
    remedy: Words | None


class Minute(NamedTuple):
    """`versions` were in force in the period, `disputes` counts those raised in it by their state."""

    period: Period
    zone: str
    versions: Sequence[int]
    obligations: Sequence[Obligation]
    disputes: Mapping[str, int]
    followings: Sequence[Following]


def text_of(minute: Minute) -> str:
    """Canonical JSON: what the digest is taken of and both sides sign."""
    document = {
        "starts_on": minute.period.starts_on.isoformat(),
        "ends_on": minute.period.ends_on.isoformat(),
        "zone": minute.zone,
        "versions": list(minute.versions),
        "obligations": [
            {**_told(each), "title": each.title.model_dump(), "verdict": each.verdict} for each in minute.obligations
        ],
        "disputes": dict(minute.disputes),
        "followings": [
            {**each._asdict(), "title": each.title.model_dump(), "remedy": each.remedy and each.remedy.model_dump()}
            for each in minute.followings
        ],
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _told(each: Obligation) -> dict[str, Any]:
    """Without the unit where there is none, as older statements were written."""
    told = each._asdict()
    return told if each.unit else {name: value for name, value in told.items() if name != "unit"}


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read(text: str) -> Minute:
    document: dict[str, Any] = json.loads(text)
    return Minute(
        Period(date.fromisoformat(document["starts_on"]), date.fromisoformat(document["ends_on"])),
        document["zone"],
        document["versions"],
        [_obligation(each) for each in document["obligations"]],
        document["disputes"],
        [
            Following(
                each["clause"],
                Department(each["side"]),
                Words(**each["title"]),
                Words(**each["remedy"]) if each["remedy"] else None,
            )
            for each in document["followings"]
        ],
    )


def _obligation(each: Mapping[str, Any]) -> Obligation:
    told = {name: each[name] for name in Obligation._fields if name in each}
    return Obligation(**(told | {"side": Department(each["side"]), "title": Words(**each["title"])}))


def check_may_sign(
    *, role: Role, department: Department | None, signed: Collection[Department], is_latest: bool
) -> Department:
    """The department this person signs for."""
    if role is not Role.MANAGER or department is None:
        raise NotAllowed(N_("A statement is signed by one manager of marketing and one manager of sales."))
    if not is_latest:
        raise Conflict(N_("Late facts have changed this statement; sign its latest edition."))
    if department in signed:
        raise Conflict(N_("Your side has signed this statement already."))
    return department
