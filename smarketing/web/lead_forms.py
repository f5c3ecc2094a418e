"""What is typed of a lead: its facts, and why a marketer marks it or takes it back."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField

from smarketing.domain import lead_facts
from smarketing.domain.importing import Row
from smarketing.domain.terms import Terms
from smarketing.models.leads import Lead
from smarketing.services.intake import TYPED
from smarketing.web.lead_score import engagement_kinds


class FactsForm(FlaskForm):
    first_name = StringField(_("First name"))
    last_name = StringField(_("Last name"))
    email = StringField(_("E-mail"))
    phone = StringField(_("Phone"))
    company = StringField(_("Company"))
    job_title = StringField(_("Job title"))
    country = StringField(_("Country"), description=_("A name or a two-letter code: France, FR."))
    source = StringField(_("Source"), description=_("Where the lead came from. Reports count by it."))
    campaign = StringField(_("Campaign"))
    landing_page = StringField(_("Landing page"))

    def facts(self) -> dict[str, str]:
        """Raises InvalidInput naming the field at fault."""
        return lead_facts.read({name: self[name].data or "" for name in TYPED})


class CorrectionForm(FactsForm):
    edition = HiddenField()

    @classmethod
    def of(cls, lead: Lead) -> "CorrectionForm":
        return cls(formdata=None, data={name: getattr(lead, name) for name in (*TYPED, "edition")})

    def read_edition(self) -> int:
        """The edition that was opened; 0, which no lead has, for anything else."""
        written = self.edition.data or ""
        return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


class NewLeadForm(FactsForm):
    engagement = SelectField(
        _("What they did"),
        default="",
        description=_("Counts for the score as of now. Leave it out when you only know who it is."),
    )

    def offer(self, terms: Terms | None) -> "NewLeadForm":
        kinds = engagement_kinds(terms) if terms else []
        self.engagement.choices = [("", gettext("Nothing yet")), *kinds]
        return self

    def row(self) -> Row:
        kind = self.engagement.data
        return Row(self.facts(), engagements=[(kind, None)] if kind else [])


class ReasonForm(FlaskForm):
    reason = TextAreaField(_("Reason"))
