"""Walks one bucket of any service: entries from its listings, documents from its objects, skips for the rest.

First as much of the listing as a share of the budget gives, then the keys that the scope names, then the objects, best
first; then the rest of the listing, and what is not current. All of it lies in a ledger, so that a killed walk goes on
at the page and the object where it was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, replace

from bucket_probes.errors import AnswerBrokeError, ProbeError, RefusedError
from bucket_probes.intake import Intake, Rank
from bucket_probes.kept_access import as_text, joined
from bucket_probes.key_range import KeyRange
from bucket_probes.known_keys import KnownKeys
from bucket_probes.ledger import Kind, Ledger, ended
from bucket_probes.leftovers import leftovers
from bucket_probes.objects import Failure, Objects
from bucket_probes.probe import BucketProbe, ListingPage
from bucket_probes.shares import Share
from documents.buckets import BucketAccess
from documents.exposure import Truth
from documents.records import Skipped, SkipReason
from documents.sink import Sink
from fetching.bucket_listings import ListedObject
from fetching.budget import BudgetSpentError
from fetching.dialler import AddressDeniedError
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError, NotAskedError, SentAwayError, StoppedError
from fetching.ranking import LOOKING_AROUND
from scope.model import BucketTarget

# Requests without an answer, one after another, after which the service is taken for gone and the unit ends: each may
# cost the whole timeout, and 5 of 20 s are 100 s in which nothing is learned.
UNANSWERED_IN_A_ROW = 5
# Pages and objects one after another that are throttled, each asked for four times, after which the unit ends: one that
# is always answered so must not hide the others.
THROTTLED_IN_A_ROW = 2
# Seconds between two moments at which fetched objects are saved: what a kill has us fetch again. A save costs 1 ms.
SAVED_EVERY = 0.25
# Seconds before an object is asked for again where the service says that there is no bucket, though it was listed. What
# the last answer leaves so counts as throttled.
LOST_PAUSES = (1.0, 3.0)
NOT_VOUCHED_FOR = "not found, and nothing vouches for it"
NOT_TO_BE_LISTED = "the scope does not allow listing at a third party"
# Reasons that say that there was no contact at all.
# Of a bucket's access, what names it: the conduct log has its address once, in the form that its owner chose.
_PLACE = frozenset(["url", "name", "account", "endpoint", "website_url"])
_NO_CONTACT = frozenset(
    [
        SkipReason.HOST_DOWN, SkipReason.TIMED_OUT, SkipReason.DNS_ERROR, SkipReason.TLS_ERROR, SkipReason.PROXY_FAILED
    ]
)  # fmt: skip
_BEST = {Kind.CURRENT: Rank.DOCUMENT, Kind.OLD: Rank.OLD_DOCUMENT}
_ALL = {Kind.CURRENT: Rank.UNLIKELY, Kind.OLD: Rank.OLD_UNLIKELY}


class _OverError(Exception):
    """The unit ends here, and why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class BucketWalk:
    """One walk through one bucket.

    Args:
        errand: limits, budget, store, conduct log, folder for bodies.
        target: prefix and known keys.
        bucket_url: the bucket's anonymous address, for records about the bucket as a whole.
        probe: asks the service; its `state` has been asked.
        sink: takes the records.
        keys: the part of the bucket that is walked; None for all.
    """

    def __init__(
        self,
        errand: Errand,
        target: BucketTarget,
        bucket_url: str,
        probe: BucketProbe,
        sink: Sink,
        keys: KeyRange | None = None,
    ) -> None:
        self._errand = errand
        self._target = target
        self._bucket_url = bucket_url
        self._probe = probe
        self._sink = sink
        self._ledger = Ledger(errand.store, probe.url_of(ListedObject("")))
        self._intake = Intake(bucket_url, errand.limits.body_bytes, probe.url_of, errand.memory, hears=errand.hears)
        self._objects = Objects(errand, probe, sink)
        self._range = keys or KeyRange()
        self._keys = KnownKeys(errand, target, probe.url_of(ListedObject("")))
        self._unanswered = 0
        self._throttled = 0
        self._saved = time.monotonic()
        self._earlier = self._ledger.access

    def walk(self, failure: FetchingError | None = None) -> BucketAccess:
        """Hand everything to the sink; what was learned of the bucket's access.

        Args:
            failure: for which nothing can be asked, met when the bucket's state was.
        """
        over: Failure | None = failure
        if failure is None:
            try:
                self._all()
            except _OverError as error:
                over = error.failure
        self._save()
        self._tell_rest(over)
        access = joined(self._probe.notes.summary(), self._earlier)
        self._sink.bucket(access)
        facts = {name: fact for name, fact in asdict(access).items() if name not in _PLACE}
        facts["evidence"] = [f"{item.question} {item.status} {item.code}".strip() for item in access.evidence]
        self._errand.conduct.observed(self._bucket_url, {"access": facts})
        return access

    def _all(self) -> None:
        if self._target.may_list:
            self._listing(Kind.CURRENT)
            if not self._hopeless() and self._probe.notes.summary().versions_visible is not Truth.NO:
                self._listing(Kind.OLD)
        else:
            self._known_keys(None)

    # -- listings

    def _listing(self, kind: Kind) -> None:
        """List and fetch by turns: while there is more to list, only the best are fetched."""
        while True:
            self._list(kind)
            has_ended = self._ledger.standing(kind).ended
            if kind is Kind.CURRENT:
                # What was listed is surer than what a pattern makes: keys get a share, and the rest comes after it.
                self._known_keys(Share(self._errand.budget, self._errand.limits, LOOKING_AROUND))
            self._fetch(_ALL[kind] if has_ended else _BEST[kind])
            if has_ended:
                break
        if kind is Kind.CURRENT:
            self._known_keys(None)

    def _list(self, kind: Kind) -> None:
        """Take pages until the listing ends, or a share of what is left to spend is spent."""
        if self._ledger.standing(kind).ended:
            return
        failure = self._take_pages(kind)
        for pause in LOST_PAUSES:
            if not self._is_lost(failure):
                break
            failure = StoppedError() if self._errand.stop.wait(pause) else self._take_pages(kind)
        if failure is not None:
            self._listing_failed(kind, failure)

    def _take_pages(self, kind: Kind) -> Failure | None:
        """Go on with the listing; why it could not, or None."""
        ledger = self._ledger
        share = Share(self._errand.budget, self._errand.limits, LOOKING_AROUND)
        try:
            for page in self._pages(kind):
                self._take(kind, page)
                self._answered()
                if self._range.is_behind(kind) or self._is_cut(kind, page):
                    break
                if share.is_spent:
                    return None
        except (FetchingError, ProbeError) as error:
            return error
        ledger.stands(kind, ended(ledger.standing(kind)))
        return None

    def _pages(self, kind: Kind) -> Iterator[ListingPage]:
        """The probe's pages; what goes wrong with one that nobody foresaw ends the listing, and keeps what it gave."""
        start = self._ledger.standing(kind).next or self._range.start(self._probe, kind)
        pages = self._probe.pages(start) if kind is Kind.CURRENT else self._probe.old_versions(start)
        while True:
            try:
                page = next(pages, None)
            except (FetchingError, ProbeError, OSError):  # OSError: the machine's trouble (a full disk), not a page's
                raise
            except Exception as error:  # noqa: BLE001 - hostile content must not cost the bucket
                raise AnswerBrokeError(error) from None
            if page is None:
                return
            yield self._range.clipped(kind, page)

    def _is_cut(self, kind: Kind, page: ListingPage) -> bool:
        """Does the listing of this unit end here, because the rest is a unit of its own from now on?"""
        pages = self._ledger.standing(kind).pages
        return kind is Kind.CURRENT and self._range.is_cut(self._probe, pages, page)

    def _take(self, kind: Kind, page: ListingPage) -> None:
        """A page and all that it leads to, in one transaction."""
        ledger, tried = self._ledger, self._keys.tried(self._ledger.keys_tried)
        is_new = ledger.are_new(kind, page.objects)
        items = [
            item
            for item, new in zip(page.objects, is_new, strict=True)
            if new and not (item.is_current and item.key in tried)
        ]
        taken = self._intake.take(items)
        if taken.entries:
            self._sink.listed(taken.entries)
        for skipped in taken.skips:
            self._sink.skipped(skipped)
        ledger.push(taken.wanted)
        standing = ledger.standing(kind)
        ledger.stands(kind, replace(standing, next=page.next, pages=standing.pages + 1))
        self._save()

    def _listing_failed(self, kind: Kind, error: Failure) -> None:
        standing = self._ledger.standing(kind)
        is_refused = error.reason in (SkipReason.ACCESS_DENIED, SkipReason.NOT_FOUND) and not self._is_lost(error)
        if kind is Kind.OLD and isinstance(error, RefusedError) and is_refused and not standing.pages:
            # What nobody is shown is no gap: most services keep old versions from the public, or have none.
            self._ledger.stands(kind, ended(standing))
            return
        self._end_if_final(error)
        reason, detail = self._judged(error)
        self._ledger.stands(kind, ended(standing, reason, detail))
        self._count_unanswered(error)

    def _judged(self, error: Failure) -> tuple[SkipReason, str]:
        """What to say of a listing that was not had. A bucket is said not to exist only where that counts."""
        if error.reason is SkipReason.NOT_FOUND and self._probe.notes.exists is not Truth.NO:
            return SkipReason.SERVER_ERROR, NOT_VOUCHED_FOR
        return error.reason, error.detail

    def _is_lost(self, failure: Failure | None) -> bool:
        """Is the bucket said not to exist, though it does? So services under load say of what they would not serve."""
        said = isinstance(failure, RefusedError) and failure.judgement.exists is Truth.NO
        return said and self._probe.notes.exists is not Truth.NO

    def _object(self, item: ListedObject, url: str, parent: str | None, *, head: bool = False) -> Failure | None:
        """See `Objects.fetch`. Where the bucket is said to be gone it is left alone for a while, and asked again."""
        failure = self._objects.fetch(item, url, parent, head=head)
        for pause in LOST_PAUSES:
            if not self._is_lost(failure):
                return failure
            if self._errand.stop.wait(pause):
                return StoppedError()
            failure = self._objects.fetch(item, url, parent, head=head)
        return NoAnswerError(SkipReason.THROTTLED, NOT_VOUCHED_FOR) if self._is_lost(failure) else failure

    # -- known keys

    def _hopeless(self) -> tuple[SkipReason, str] | None:
        """Why asking for an object would end as the listing did, or None."""
        standing = self._ledger.standing(Kind.CURRENT)
        if standing.reason is None:
            return None
        access = self._probe.notes.summary()
        shut = Truth.YES in (access.public_access_blocked, access.disabled)
        hopeless = access.exists is Truth.NO or shut or standing.reason in _NO_CONTACT
        return (standing.reason, standing.detail) if hopeless else None

    def _known_keys(self, share: Share | None) -> None:
        """Keys that the scope names and no listing showed, while the share lasts: readable is not listable."""
        ledger = self._ledger
        if hopeless := self._hopeless():
            self._tell_keys(*hopeless)
            ledger.keys_tried = self._keys.count
            return
        for key in self._keys.from_number(ledger.keys_tried):
            is_listed = ledger.standing(Kind.CURRENT).pages and ledger.is_met(key)
            is_another = is_listed or not self._range.holds(key)  # listed here, or for another piece to try
            failure = None if is_another else self._known_key(ListedObject(key))
            ledger.keys_tried += 1
            if failure is not None:
                self._count_unanswered(failure)
            self._save_now_and_then()
            if share and share.is_spent:
                return

    def _tell_keys(self, reason: SkipReason, detail: str) -> None:
        """A record for each key that was not tried; for those beyond a number, one that says how many they are."""
        told, more = self._keys.untold(self._ledger.keys_tried)
        for key in told:
            is_listed = self._ledger.standing(Kind.CURRENT).pages and self._ledger.is_met(key)
            if not is_listed and self._range.holds(key):
                self._skip(self._probe.url_of(ListedObject(key)), reason, detail)
        if more and self._range.is_first:
            self._sink.skipped(Skipped(self._bucket_url, reason, f"{detail} {more} more known keys", places=more))

    def _known_key(self, item: ListedObject) -> Failure | None:
        """One key: a document or a skip. Why it is no document, or None."""
        url = self._probe.url_of(item)
        failure = self._object(item, url, None)
        if failure is None:
            self._ledger.keys_read += 1
            self._answered()
            return None
        self._end_if_final(failure)
        hidden = failure.reason is SkipReason.ACCESS_DENIED and isinstance(failure, RefusedError)
        self._skip(url, failure.reason, f"{failure.detail}: missing or private" if hidden else failure.detail)
        return failure

    # -- objects

    def _fetch(self, upto: Rank) -> None:
        """Fetch what waits, best first, down to a rank."""
        while waiting := self._ledger.next(upto):
            failure = self._object(waiting.item, waiting.url, self._bucket_url, head=waiting.head)
            if failure is None:
                self._answered()
            else:
                self._end_if_final(failure)
                self._skip(waiting.url, failure.reason, failure.detail, self._bucket_url)
            self._ledger.done(waiting)
            if failure is not None:
                self._count_unanswered(failure)
            self._save_now_and_then()

    # -- when to end

    def _answered(self) -> None:
        self._unanswered = self._throttled = 0

    def _end_if_final(self, failure: Failure) -> None:
        """Would every further request of this unit end the same way?"""
        final = isinstance(failure, BudgetSpentError | StoppedError | AddressDeniedError | SentAwayError)
        if final or (isinstance(failure, FetchingError) and failure.reason is SkipReason.AUTHORITY_EXPIRED):
            raise _OverError(failure)

    def _count_unanswered(self, failure: Failure) -> None:
        """End where the service has fallen silent, or turns us away whatever we ask for."""
        if isinstance(failure, FetchingError) and failure.reason is SkipReason.THROTTLED:
            self._throttled += 1
            if self._throttled >= THROTTLED_IN_A_ROW:
                raise _OverError(failure)
            return
        self._throttled = 0
        silent = isinstance(failure, FetchingError) and failure.reason in _NO_CONTACT
        if not silent:
            self._unanswered = 0 if not isinstance(failure, NotAskedError) else self._unanswered
            return
        self._unanswered += 1
        if self._unanswered >= UNANSWERED_IN_A_ROW:
            raise _OverError(failure)

    # -- saving and telling

    def _save_now_and_then(self) -> None:
        if time.monotonic() - self._saved >= SAVED_EVERY:
            self._save()

    def _save(self) -> None:
        """Keep what the sink has taken and what it led to. Not after a stop: what it interrupted must stay open."""
        if not self._errand.stop.is_set():
            self._ledger.access = as_text(joined(self._probe.notes.summary(), self._earlier))
            self._ledger.save()
        self._saved = time.monotonic()

    def _tell_rest(self, over: Failure | None) -> None:
        """A skip for all that has no record: known keys, objects, and the bucket as a whole."""
        if over is not None:
            self._tell_keys(over.reason, over.detail)
            for skipped in leftovers(self._ledger, self._bucket_url, over.reason, over.detail):
                self._sink.skipped(skipped)
        if told := self._told_of_bucket(over):
            self._skip(self._bucket_url, *told)

    def _told_of_bucket(self, over: Failure | None) -> tuple[SkipReason, str] | None:
        current, old = self._ledger.standing(Kind.CURRENT), self._ledger.standing(Kind.OLD)
        if current.reason is not None:
            return current.reason, self._told(current.reason, current.detail)
        if over is not None:
            return over.reason, over.detail
        if not self._target.may_list:
            return SkipReason.DENIED_BY_GUARD, f"{NOT_TO_BE_LISTED}, {self._told_of_keys()}"
        if old.reason is not None:
            return old.reason, f"old versions: {old.detail}"
        return None

    def _told(self, reason: SkipReason, detail: str) -> str:
        """What to say of a bucket that could not be listed."""
        if reason is not SkipReason.ACCESS_DENIED:
            return detail
        exists = "exists, " if self._probe.notes.summary().exists is Truth.YES else ""
        return f"{detail}: {exists}not listable, {self._told_of_keys()}"

    def _told_of_keys(self) -> str:
        keys = self._keys.count
        return f"{self._ledger.keys_read} of {keys} known keys readable" if keys else "no known keys to try"

    def _skip(self, url: str, reason: SkipReason, detail: str, parent: str | None = None) -> None:
        self._sink.skipped(Skipped(url, reason, detail, parent=parent))
