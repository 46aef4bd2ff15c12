"""After a sweep, whom to tell: joins what is news with who is to hear it, and keeps a record of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cli.console import notice
from cli.sweep_summary import unseen
from findings.errors import FindingsError
from findings.keys import load_or_create_database_key
from findings.news import News, news_of, still_news
from findings.notices import Notices, Outcome, opened_notices
from findings.records import Severity
from findings.results import SweepSummary
from reports.alive import alive_address, give_sign
from reports.notify import Alarm, NotifyError, Service, alarms_of, message_of, send, services, without_alarms
from scope.model import Scope


@dataclass(frozen=True, slots=True)
class _News:
    """What one sweep has to tell."""

    findings: Sequence[News]
    alarms: Sequence[Alarm]


def notify_of_sweep(scope: Scope, summary: SweepSummary) -> bool:
    """Tell each service of the scope what it has not heard yet; say on standard error how that went.

    That a sweep could not see is told also where it found nothing. Nothing is raised: that nobody could be told never
    ends a sweep. What could not be sent is sent next time.

    Returns:
        Has everybody heard everything?
    """
    if scope.notify is None:
        return True
    try:
        told = services(scope.notify.file)
        news = _News(news_of(scope.database.file, summary.sweep_id), alarms_of(summary.reach))
        gaps = sum(unseen(summary, scope.allowed_skips).values())
        with opened_notices(scope.database.file) as notices:
            if cut := notices.cut_off():
                notice(f"notifications: {cut} earlier ones were cut off; they may have arrived and are not sent again")
            heard = [_told(scope, each, news, notices, (summary.sweep_id, gaps)) for each in told]
            return all(heard)
    except (NotifyError, FindingsError) as error:
        notice(f"NOT NOTIFIED: {error}")
        return False


def sign_of_life(scope: Scope) -> None:
    """To the address that raises the alarm when none comes, where the scope has one; never the end of anything."""
    if scope.heartbeat is None or scope.heartbeat.alive_file is None:
        return
    try:
        if not give_sign(alive_address(scope.heartbeat.alive_file)):
            notice(f"NO SIGN OF LIFE GIVEN: the address in {scope.heartbeat.alive_file} did not take it")
    except NotifyError as error:
        notice(f"NO SIGN OF LIFE GIVEN: {error}")


def _told(scope: Scope, service: Service, news: _News, notices: Notices, sweep: tuple[str, int]) -> bool:
    key = load_or_create_database_key(scope.database.key, database_exists=True)
    name = key.fact("notify", service.address)
    untold = still_news(scope.database.file, without_alarms(notices.waiting(name)))
    known = {each.key for each in untold}
    events = {event.value for event in scope.notify.events} if scope.notify else set()
    to_tell = [
        each for each in (*untold, *(each for each in news.findings if each.key not in known)) if each.event in events
    ]
    to_tell = [each for each in to_tell if each.key not in notices.settled(name)]
    alarms = [each for each in news.alarms if each.key not in notices.settled(name)]
    if not to_tell and not alarms:
        return True
    to_tell.sort(key=lambda each: [*Severity].index(each.severity))
    message = message_of(to_tell, scope.organisation, *sweep, alarms)
    attempt = notices.begin(name, [*(each.key for each in to_tell), *(each.key for each in alarms)])
    sent = send(service, message)
    notices.end(attempt, Outcome.SENT if sent else Outcome.FAILED)
    how = "notified" if sent else "NOT NOTIFIED, will be tried again"
    notice(f"{how}: {service.name} of {scope.notify.file if scope.notify else ''}: {message.title}")
    return sent
