"""What people call the kinds of engagement that forms and agreements commonly name."""

from flask_babel import gettext

from smarketing.domain.errors import N_

KNOWN = {
    "careers_page": N_("careers page"),
    "case_study": N_("case study"),
    "contact_form": N_("contact form"),
    "content": N_("content"),
    "demo_request": N_("demo request"),
    "download": N_("download"),
    "ebook": N_("ebook"),
    "email_click": N_("email click"),
    "email_open": N_("email open"),
    "free_trial": N_("free trial"),
    "guide": N_("guide"),
    "newsletter": N_("newsletter"),
    "pricing_page": N_("pricing page"),
    "quote_request": N_("quote request"),
    "reply": N_("reply"),
    "trade_show": N_("trade show"),
    "trial": N_("trial"),
    "unsubscribed": N_("unsubscribed"),
    "webinar": N_("webinar"),
}


def engagement_name(kind: str) -> str:
    """A kind of engagement in the reader's language; one that only this company knows goes by its own key."""
    return gettext(KNOWN[kind]) if kind in KNOWN else kind.replace("_", " ").replace("-", " ")
