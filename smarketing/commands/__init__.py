"""What an operator does at the command line: `flask --app wsgi <command>`."""

from flask import Flask

from smarketing.commands import agreement, backup, clocks, demo, doctor, jobs, leads, mail, user


def register(app: Flask) -> None:
    app.cli.add_command(jobs.group)
    app.cli.add_command(clocks.group)
    app.cli.add_command(doctor.doctor)
    app.cli.add_command(backup.group)
    app.cli.add_command(demo.group)
    app.cli.add_command(agreement.group)
    app.cli.add_command(user.group)
    app.cli.add_command(leads.group)
    app.cli.add_command(mail.group)
