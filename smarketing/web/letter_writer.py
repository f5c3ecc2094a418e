"""An e-mail of notices, in the language and the time zone of its recipient."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask import current_app, render_template
from sqlalchemy import select

from smarketing.channels.email import Message
from smarketing.db import among, db
from smarketing.domain.event_names import EventName
from smarketing.models.letters import Letter
from smarketing.models.notices import Notice
from smarketing.models.people import User
from smarketing.services.letters import Mail
from smarketing.web import notice_words, report_mail
from smarketing.web.languages import reading_as
from smarketing.web.notice_words import Target

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Line(NamedTuple):
    sentence: str
    url: str | None
    told_at: datetime


def write(mail: Mail, *, now: datetime) -> Message:
    recipient = db.session.get_one(User, mail.recipient_id)
    with reading_as(recipient):
        reports = [report for notice in _reports(mail) if (report := report_mail.of(notice))]
        words = {
            "lines": _lines(mail),
            "reports": reports,
            "recipient": recipient,
            "bell_url": _address(Target("notices.index", {})),
            "settings_url": _address(Target("reach.edit", {})),
        }
        # as the house has it, the first line of the text is the subject
        subject, _, text = render_template("mail/letter.txt", **words).partition("\n")
        html = render_template("mail/letter.html", **words)
    files = [report.pdf for report in reports]
    pictures = [picture for report in reports for picture in report.pictures]
    return Message(mail.message_id, recipient.email, subject, text.strip() + "\n", html, now, files, pictures)


def _reports(mail: Mail) -> Sequence[Notice]:
    told = select(Letter.notice_id).where(among(Letter.id, mail.letter_ids))
    ordered = select(Notice).where(Notice.id.in_(told), Notice.kind == EventName.REPORT_SENT)
    return db.session.scalars(ordered.order_by(Notice.id)).all()


def _lines(mail: Mail) -> list[Line]:
    told = select(Letter.notice_id).where(among(Letter.id, mail.letter_ids))
    rows = db.session.execute(notice_words.found().where(Notice.id.in_(told)).order_by(Notice.id))
    return [
        Line(
            _CONTROLS.sub(" ", notice_words.sentence(notice, lead, version_id)),
            _address(notice_words.target(notice, lead)),
            notice.created_at,
        )
        for _id, notice, lead, version_id in rows
    ]


def _address(target: Target | None) -> str | None:
    """The whole address of a page; None where nobody has said how this installation is reached."""
    base = current_app.config["PUBLIC_URL"]
    if not base or target is None:
        return None
    return f"{base}{current_app.url_map.bind('localhost').build(target.endpoint, target.values)}"
