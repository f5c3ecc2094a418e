"""Placeholder."""

from flask import Blueprint, render_template_string

from smarketing.domain.roles import Permission
from smarketing.web.access import allows

bp = Blueprint("leads", __name__, url_prefix="/leads")
PAGE = "{% extends 'base.html' %}{% block title %}leads{% endblock %}"


@bp.get("/")
@allows(Permission.SEE_LEADS)
def index() -> str:
    return render_template_string(PAGE)


@bp.get("/<int:lead_id>")
@allows(Permission.SEE_LEADS)
def show(lead_id: int) -> str:
    return render_template_string(PAGE)
