"""Placeholder."""

from flask import Blueprint, render_template_string

from smarketing.domain.roles import Permission
from smarketing.web.access import allows

bp = Blueprint("agreements", __name__, url_prefix="/agreement")
PAGE = "{% extends 'base.html' %}{% block title %}agreements{% endblock %}"


@bp.get("/")
@allows(Permission.SEE_AGREEMENT)
def index() -> str:
    return render_template_string(PAGE)
