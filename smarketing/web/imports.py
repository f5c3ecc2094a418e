"""Placeholder."""

from flask import Blueprint, render_template_string

from smarketing.domain.roles import Permission
from smarketing.web.access import allows

bp = Blueprint("imports", __name__, url_prefix="/imports")
PAGE = "{% extends 'base.html' %}{% block title %}imports{% endblock %}"


@bp.get("/")
@allows(Permission.IMPORT_LEADS)
def index() -> str:
    return render_template_string(PAGE)
