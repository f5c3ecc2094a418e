"""Placeholder."""

from flask import Blueprint

bp = Blueprint("handoffs", __name__, url_prefix="/handoffs")
PAGE = "{% extends 'base.html' %}{% block title %}handoffs{% endblock %}"
