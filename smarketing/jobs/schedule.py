"""The timetable: what happens by itself, and how often."""

from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from smarketing.domain.errors import N_
from smarketing.jobs import (
    check_database,
    checkpoint_wal,
    climb_ladders,
    close_days,
    close_periods,
    close_targets,
    deliver_letters,
    end_timeboxes,
    erase_expired,
    keep_term,
    lapse_amendments,
    owe_targets,
    purge_letters,
    purge_replies,
    purge_runs,
    purge_sessions,
    put_versions_in_force,
    rescore_due,
    run_backtests,
    run_bulks,
    run_imports,
    send_reports,
    sum_up_week,
    sweep_breaches,
    train_predictors,
    warn_at_risk,
    watch_predictors,
)


class Run(Protocol):
    def __call__(self, *, now: datetime) -> int:
        """Do what is due at `now`, in transactions of its own; on how many things it acted."""


class Job(NamedTuple):
    name: str
    run: Run
    every: timedelta
    purpose: str
    is_routine: bool = False
    """It finds something at every run; telling once a minute that it is alive is enough."""


def seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


def hours(count: int) -> timedelta:
    return timedelta(hours=count)


TIMETABLE = (
    Job("run_imports", run_imports.run, seconds(1), N_("Reads the files that were brought in")),
    Job("run_bulks", run_bulks.run, seconds(1), N_("Goes on with decisions about many leads")),
    Job("run_backtests", run_backtests.run, seconds(1), N_("Judges drafts over past days")),
    Job("train_predictors", train_predictors.run, seconds(2), N_("Trains the estimates that were asked for")),
    Job("sweep_breaches", sweep_breaches.run, seconds(2), N_("Notices the clocks that ran out")),
    Job("warn_at_risk", warn_at_risk.run, seconds(5), N_("Warns the owners of clocks at risk")),
    Job("climb_ladders", climb_ladders.run, seconds(2), N_("Escalates what waits, by the agreed steps")),
    Job("deliver_letters", deliver_letters.run, seconds(5), N_("Sends the e-mails that are due")),
    Job(
        "put_versions_in_force",
        put_versions_in_force.run,
        seconds(5),
        N_("Puts signed versions in force on time"),
    ),
    Job(
        "lapse_amendments",
        lapse_amendments.run,
        seconds(60),
        N_("Closes the amendments that were not answered in time"),
    ),
    Job("send_reports", send_reports.run, seconds(60), N_("Sends the reports that were ordered")),
    Job("keep_term", keep_term.run, seconds(60), N_("Renews or ends the agreement when its term is over")),
    Job("end_timeboxes", end_timeboxes.run, seconds(5), N_("Answers for leads that stood still too long")),
    Job("rescore_due", rescore_due.run, seconds(10), N_("Judges the leads again whose score time has changed")),
    Job("close_days", close_days.run, seconds(10), N_("Counts the days whose figures have changed")),
    Job("close_periods", close_periods.run, hours(1), N_("Writes down what came of the month that ended")),
    Job("owe_targets", owe_targets.run, hours(1), N_("Writes down what is owed in each period")),
    Job("close_targets", close_targets.run, hours(1), N_("Writes down what there was in each period that ended")),
    Job("erase_expired", erase_expired.run, hours(1), N_("Erases leads kept for as long as was agreed")),
    Job("checkpoint_wal", checkpoint_wal.run, seconds(2), N_("Brings SQLite’s log home"), is_routine=True),
    Job("check_database", check_database.run, hours(1), N_("Checks once a day that SQLite’s file is sound")),
    Job("purge_runs", purge_runs.run, hours(1), N_("Forgets old runs of these jobs")),
    Job("purge_sessions", purge_sessions.run, hours(1), N_("Forgets sessions that ended a month ago")),
    Job("sum_up_week", sum_up_week.run, hours(1), N_("Tells each how the week that ended was")),
    Job("watch_predictors", watch_predictors.run, hours(1), N_("Looks once a day whether estimates still hold")),
    Job("purge_letters", purge_letters.run, hours(1), N_("Forgets what became of e-mails three months ago")),
    Job("purge_replies", purge_replies.run, hours(1), N_("Forgets what other systems were answered a day ago")),
)


BY_NAME = {job.name: job for job in TIMETABLE}
