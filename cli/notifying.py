"""After a sweep, whom to tell: joins what is news with who is to hear it, and keeps a record of both."""

from __future__ import annotations

from collections.abc import Sequence

from cli.console import notice
from findings.errors import FindingsError
from findings.keys import load_or_create_database_key
from findings.news import News, news_of, still_news
from findings.notices import Notices, Outcome, opened_notices
from findings.records import Severity
from reports.alive import alive_address, give_sign
from reports.notify import NotifyError, Service, message_of, send, services
from scope.model import Scope


def notify_of_sweep(scope: Scope, sweep_id: str, unseen: int) -> bool:
    """Tell each service of the scope what it has not heard yet; say on standard error how that went.

    Nothing is raised: that nobody could be told never ends a sweep. What could not be sent is sent next time.

    Returns:
        Has everybody heard everything?
    """
    if scope.notify is None:
        return True
    try:
        told = services(scope.notify.file)
        news = news_of(scope.database.file, sweep_id)
        with opened_notices(scope.database.file) as notices:
            if cut := notices.cut_off():
                notice(f"notifications: {cut} earlier ones were cut off; they may have arrived and are not sent again")
            heard = [_told(scope, each, news, notices, (sweep_id, unseen)) for each in told]
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


def _told(scope: Scope, service: Service, news: Sequence[News], notices: Notices, sweep: tuple[str, int]) -> bool:
    key = load_or_create_database_key(scope.database.key, database_exists=True)
    name = key.fact("notify", service.address)
    untold = still_news(scope.database.file, notices.waiting(name))
    known = {each.key for each in untold}
    events = {event.value for event in scope.notify.events} if scope.notify else set()
    to_tell = [each for each in (*untold, *(each for each in news if each.key not in known)) if each.event in events]
    to_tell = [each for each in to_tell if each.key not in notices.settled(name)]
    if not to_tell:
        return True
    to_tell.sort(key=lambda each: [*Severity].index(each.severity))
    message = message_of(to_tell, scope.organisation, *sweep)
    attempt = notices.begin(name, [each.key for each in to_tell])
    sent = send(service, message)
    notices.end(attempt, Outcome.SENT if sent else Outcome.FAILED)
    how = "notified" if sent else "NOT NOTIFIED, will be tried again"
    notice(f"{how}: {service.name} of {scope.notify.file if scope.notify else ''}: {message.title}")
    return sent
