"""Placeholder."""

from flask import Blueprint, render_template_string

from smarketing.domain.roles import Permission
from smarketing.web.access import allows

bp = Blueprint("queue", __name__, url_prefix="/queue")
PAGE = "{% extends 'base.html' %}{% block title %}queue{% endblock %}"


@bp.get("/")
@allows(Permission.SEE_QUEUE)
def index() -> str:
    return render_template_string(PAGE)
