"""Placeholder."""

from flask import Blueprint, render_template_string

from smarketing.domain.roles import Permission
from smarketing.web.access import allows

bp = Blueprint("reports", __name__, url_prefix="/reports")
PAGE = "{% extends 'base.html' %}{% block title %}reports{% endblock %}"


@bp.get("/")
@allows(Permission.SEE_REPORTS)
def index() -> str:
    return render_template_string(PAGE)
