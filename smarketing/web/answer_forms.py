"""The questions that an answer asks: agreed reasons, the checklist, a day, an amount, a touch."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.fields import Field

from smarketing.domain.dispositions import Channel, NextStep
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.lifecycle import Stage
from smarketing.domain.statuses import after_refusal
from smarketing.domain.terms import Terms
from smarketing.domain.terms_handoff import Reason, ReasonClause
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.reports import agreed
from smarketing.services import statuses
from smarketing.web import status_words
from smarketing.web.access import actor
from smarketing.web.articles.reasons import asked_by, noted
from smarketing.web.forms import show_fault
from smarketing.web.languages import zone
from smarketing.web.status_words import Choice
from smarketing.web.words import in_language, label

EARLIEST_YEAR = 1970
ITEM = "item-"
LEADS_TO = {
    NextStep.RETURN: N_("goes back to marketing"),
    NextStep.RECYCLE: N_("is recycled"),
    NextStep.DISQUALIFY: N_("is disqualified"),
}


class AnswerForm(FlaskForm):
    """`next` is the page to come back to. Ids carry the hand-off, since a queue may ask about several."""

    next = HiddenField()
    choices: Sequence[Choice] = ()

    def about(self, handoff: Handoff) -> "AnswerForm":
        for field in self:
            field.id = field.label.field_id = f"{field.name}-{handoff.id}"
        self.offer(agreed.terms_of(handoff.agreement_version_id), handoff.lead)
        return self

    def offer(self, terms: Terms, lead: Lead) -> None:
        """Put what was agreed before the person, as far as the status of the lead lets them choose it."""

    def blame(self, error: InvalidInput) -> None:
        """Show the refusal at its field."""
        show_fault(self, error)


class RefusalForm(AnswerForm):
    reason = StringField(_("Reason"))
    note = TextAreaField(_("Note"), description=_("Marketing reads it. What would have made it a good lead?"))

    def offer(self, terms: Terms, lead: Lead) -> None:
        led_to = [(reason, after_refusal(reason.next_step)) for reason in terms.handoff.refusal_reasons]
        self.choices = [
            _refusal(reason, lead, stage) for reason, stage in led_to if status_words.leads_on(lead, stage, reason.id)
        ]


class RecyclingForm(AnswerForm):
    reason = StringField(_("Reason"))
    until = StringField(_("Recycle until"), description=_("From this day on the criteria may make it an MQL again."))
    note = TextAreaField(_("Note"))

    def offer(self, terms: Terms, lead: Lead) -> None:
        self.choices = _choices(terms.handoff.recycle_reasons, lead, Stage.RECYCLED)

    def day(self) -> date:
        try:
            return date.fromisoformat((self.until.data or "").strip())
        except ValueError:
            raise InvalidInput("until", N_("Choose a day, written like 2026-05-31.")) from None


class LossForm(AnswerForm):
    reason = StringField(_("Reason"))
    note = TextAreaField(_("Note"))

    def offer(self, terms: Terms, lead: Lead) -> None:
        self.choices = _choices(terms.handoff.loss_reasons, lead, Stage.LOST)


class WinForm(AnswerForm):
    amount = StringField(_("Amount"))

    def offer(self, terms: Terms, lead: Lead) -> None:
        self.amount.description = gettext("In %(currency)s, for example 12500 or 12500.50.", currency=terms.currency)


class ConfirmationForm(AnswerForm):
    """A field for each item of the agreed checklist, made when it is known for which version."""

    at_least: int | None = None

    @classmethod
    def under(cls, terms: Terms) -> "ConfirmationForm":
        items: dict[str, Any] = {ITEM + item.id: TextAreaField(in_language(item.title)) for item in terms.sql.items}
        form: ConfirmationForm = type("ChecklistForm", (cls,), items)()
        return form

    def offer(self, terms: Terms, lead: Lead) -> None:
        self.at_least = terms.sql.at_least
        for item in terms.sql.items:
            self[ITEM + item.id].flags.required = item.is_required

    def items(self) -> list[Field]:
        return [field for field in self if field.name.startswith(ITEM)]

    def evidence(self) -> dict[str, str]:
        return {field.name.removeprefix(ITEM): field.data or "" for field in self.items()}

    def blame(self, error: InvalidInput) -> None:
        show_fault(self, InvalidInput(ITEM + error.field, error.message, **error.params))


class PauseForm(AnswerForm):
    """Asked for before the clocks stand still."""

    reason = StringField(_("Why do the clocks stand still?"), description=_("Marketing reads it beside the deadline."))


class StatusForm(AnswerForm):
    """Another status of the company, with its reason where it has some."""

    status = StringField(_("Status"))

    def offer(self, terms: Terms, lead: Lead) -> None:
        self.choices = status_words.choices(statuses.choices(lead, actor()))

    def blame(self, error: InvalidInput) -> None:
        super().blame(InvalidInput("status", error.message, **error.params))


class TouchForm(AnswerForm):
    channel = StringField(_("How"))
    occurred_at = StringField(_("When"), description=_("In your time zone. Leave it empty for now."))
    note = TextAreaField(_("Note"))

    def offer(self, terms: Terms, lead: Lead) -> None:
        self.choices = [Choice(channel.value, label(channel)) for channel in Channel]

    def chosen_channel(self) -> Channel:
        try:
            return Channel(self.channel.data or "")
        except ValueError:
            raise InvalidInput("channel", N_("Choose how you reached, or tried to reach, the lead.")) from None

    def instant(self, *, offered_at: datetime, now: datetime) -> datetime:
        """When it happened; the minute of the offer, or of now, is as late as it can be."""
        text = (self.occurred_at.data or "").strip()
        if not text:
            return now
        try:
            local = datetime.fromisoformat(text)
            if local.tzinfo is not None or local.year < EARLIEST_YEAR:
                raise ValueError(text)
            at = local.replace(tzinfo=zone()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise InvalidInput("occurred_at", N_("Write the moment like 2026-05-31 14:30.")) from None
        is_minute_of_offer = timedelta(0) < offered_at - at < timedelta(minutes=1)
        return offered_at if is_minute_of_offer else at


FORMS: dict[str, type[AnswerForm]] = {
    "refusal": RefusalForm,
    "recycling": RecyclingForm,
    "loss": LossForm,
    "win": WinForm,
    "status": StatusForm,
    "touches": TouchForm,
    "pause": PauseForm,
}


def form_for(noun: str, handoff: Handoff) -> AnswerForm:
    """The form of this answer, with what was sent in it."""
    if noun == "confirmation":
        return ConfirmationForm.under(agreed.terms_of(handoff.agreement_version_id)).about(handoff)
    return FORMS[noun]().about(handoff)


def _refusal(reason: ReasonClause, lead: Lead, stage: Stage) -> Choice:
    status = status_words.destination(lead, stage, reason.id)
    hint = gettext("becomes “%(status)s”", status=status) if status else gettext(LEADS_TO[reason.next_step])
    return Choice(reason.id, in_language(reason.title), f"{hint} · {noted(reason)}" if reason.needs_note else hint)


def _choices(reasons: Sequence[Reason], lead: Lead, stage: Stage) -> list[Choice]:
    return [
        Choice(reason.id, in_language(reason.title), asked_by(reason) or None)
        for reason in reasons
        if status_words.leads_on(lead, stage, reason.id)
    ]
