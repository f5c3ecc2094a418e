"""The application for a WSGI server: `granian --interface wsgi wsgi:app`."""

from config import settings
from smarketing.app import create_app
from smarketing.jobs.scheduler import start_embedded

app = create_app(settings())
if app.config["SCHEDULER"] == "embedded":
    start_embedded(app)
