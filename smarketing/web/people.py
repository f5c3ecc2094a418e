"""Placeholder."""

from flask import Blueprint, render_template_string

from smarketing.domain.roles import Permission
from smarketing.web.access import allows

bp = Blueprint("people", __name__, url_prefix="/people")
PAGE = "{% extends 'base.html' %}{% block title %}people{% endblock %}"


@bp.get("/")
@allows(Permission.SEE_PEOPLE)
def index() -> str:
    return render_template_string(PAGE)
