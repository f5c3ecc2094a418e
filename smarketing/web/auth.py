"""Placeholder."""

from flask import Blueprint, render_template_string

from smarketing.web.access import public

bp = Blueprint("auth", __name__, url_prefix="/session")
PAGE = "{% extends 'base.html' %}{% block title %}auth{% endblock %}"


@bp.get("/new")
@public
def sign_in() -> str:
    return render_template_string(PAGE)


@bp.post("/end")
@public
def sign_out() -> str:
    return render_template_string(PAGE)
