"""What the API can be asked, for people and for their tools."""

from typing import Any

from flask import Blueprint

from smarketing.api import contract
from smarketing.web.access import public

bp = Blueprint("api_openapi", __name__, url_prefix=contract.PREFIX)


@bp.get("/openapi.json")
@public
def show() -> Any:
    return contract.document()
