"""Olist's public funnel, brought in as docs/olist.md says, against a count over its two files."""

import csv
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db
from smarketing.domain import terms_text
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import Team
from smarketing.models.personas import Persona
from smarketing.models.tallies import Cohort
from smarketing.reports import funnel
from smarketing.reports.rollups import Scope
from tests.cast import agree, hire
from tests.commands.conftest import Command
from tests.conftest import Hands

ROOT = Path(__file__).resolve().parents[2]
OLIST = ROOT.parent / "shared" / "data" / "olist"
LEADS = OLIST / "olist_marketing_qualified_leads_dataset.csv"
DEALS = OLIST / "olist_closed_deals_dataset.csv"
LEAD_MAP = "mql_id=external_id first_contact_date=mql_at origin=source landing_page_id=landing_page"
DEAL_MAP = (
    "mql_id=external_id won_date=won_at lead_behaviour_profile=custom.behaviour business_segment=custom.segment"
    " lead_type=custom.lead_type business_type=custom.business_type sdr_id=custom.sdr sr_id=custom.rep"
    " declared_monthly_revenue=custom.monthly_revenue"
)

pytestmark = pytest.mark.skipif(not LEADS.exists(), reason="Olist's funnel (../shared/data/olist) is not here")


@pytest.fixture
def olist(flask: Command, session: scoped_session[Session], hands: Hands) -> Command:
    """Both files are in, under the agreement of the docs."""
    cast = hire(hands.now)
    db.session.get_one(Team, cast.saul.team_id).key = "sellers"
    terms = terms_text.read((ROOT / "docs" / "olist-agreement.yaml").read_text(encoding="utf-8"))
    agree(cast, hands.now, **terms.model_dump(mode="json", by_alias=True))
    session.commit()
    assert flask(*command(LEADS, LEAD_MAP, "America/Sao_Paulo")).output.startswith("8,000 new, 0 changed")
    assert "0 new, 842 changed, 0 unchanged, 0 rejected" in flask(*command(DEALS, DEAL_MAP, "UTC")).output
    session.rollback()
    return flask


def command(path: Path, mapping: str, zone: str) -> list[str]:
    return ["leads", "import", str(path), "--zone", zone, *(f"--map={each}" for each in mapping.split())]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_olists_funnel_reads_as_a_count_over_its_files(olist: Command) -> None:
    leads, won = rows(LEADS), {row["mql_id"] for row in rows(DEALS)}
    whole = Scope(funnel.span(Cohort.MQL))
    total = funnel.total(Cohort.MQL, whole)
    assert (total.mqls, total.wons) == (8000, 842)
    assert f"{total.wons / total.mqls:.1%}" == "10.5%"

    by_source = {source: (counts.mqls, counts.wons) for source, counts in funnel.by_source(Cohort.MQL, whole)}
    came = Counter(row["origin"] for row in leads)
    bought = Counter(row["origin"] for row in leads if row["mql_id"] in won)
    assert by_source == {source: (came[source], bought[source]) for source in came}
    assert came[""] == 60
    assert by_source[""] != by_source["unknown"]

    by_month = {month.starts_on: (counts.mqls, counts.wons) for month, counts in funnel.by_month(Cohort.MQL, whole)}
    came_in = Counter(date.fromisoformat(row["first_contact_date"]).replace(day=1) for row in leads)
    bought_in = Counter(
        date.fromisoformat(row["first_contact_date"]).replace(day=1) for row in leads if row["mql_id"] in won
    )
    assert by_month == {month: (came_in[month], bought_in[month]) for month in came_in}


def test_olists_traps_are_taken_as_they_are(olist: Command, session: scoped_session[Session]) -> None:
    deals = {row["mql_id"]: row for row in rows(DEALS)}
    won = session.execute(select(Lead.external_id, Lead.won_at, Lead.mql_at).where(Lead.won_at.is_not(None))).all()
    assert {mql_id: at for mql_id, at, _mql_at in won} == {
        mql_id: datetime.fromisoformat(row["won_date"]).replace(tzinfo=UTC) for mql_id, row in deals.items()
    }
    assert len([mql_id for mql_id, won_at, mql_at in won if won_at < mql_at]) == 1

    profiles = Counter(row["lead_behaviour_profile"] for row in deals.values())
    personas = dict(
        session.execute(
            select(Persona.key, func.count()).join(Lead, Lead.persona_id == Persona.id).group_by(Persona.key)
        ).all()
    )
    assert {name: personas[name] for name in ("cat", "eagle", "wolf", "shark")} == {
        name: profiles[name] for name in ("cat", "eagle", "wolf", "shark")
    }
    assert personas["mixed"] == sum(count for name, count in profiles.items() if "," in name)
    assert session.scalar(select(func.count()).select_from(Handoff)) == 0


def test_olists_files_change_nothing_the_second_time(
    olist: Command, app: Flask, session: scoped_session[Session]
) -> None:
    told = session.scalar(select(func.count()).select_from(Event).where(Event.lead_id.is_not(None)))
    session.rollback()
    assert "0 new, 0 changed, 8,000 unchanged" in olist(*command(LEADS, LEAD_MAP, "America/Sao_Paulo")).output
    assert "0 new, 0 changed, 842 unchanged" in olist(*command(DEALS, DEAL_MAP, "UTC")).output
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Event).where(Event.lead_id.is_not(None))) == told
