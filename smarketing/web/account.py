"""Placeholder."""

from flask import Blueprint, render_template_string

from smarketing.domain.roles import Permission
from smarketing.web.access import allows

bp = Blueprint("account", __name__, url_prefix="/account")
PAGE = "{% extends 'base.html' %}{% block title %}account{% endblock %}"


@bp.get("/")
@allows(Permission.USE_ACCOUNT)
def show() -> str:
    return render_template_string(PAGE)


@bp.post("/language")
@allows(Permission.USE_ACCOUNT)
def language() -> str:
    return render_template_string(PAGE)


@bp.post("/theme")
@allows(Permission.USE_ACCOUNT)
def theme() -> str:
    return render_template_string(PAGE)
