"""A bucket's access as anyone has it: what each answer says of it, and what a visit's answers come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from documents.buckets import BucketAccess, Evidence, OwnerHints, Question
from documents.exposure import Truth
from documents.records import SkipReason
from scope.bucket_urls import bucket_url, service_url
from scope.model import BucketTarget

# Different answers that are kept as evidence. A true service gives one or two to each question; one that makes up a
# new code for every object must not fill the memory.
EVIDENCE_KEPT = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """What an answer says of a bucket besides yes or no; what it does not say is unknown or empty.

    Attributes:
        region: where the bucket is.
        endpoint: the service that answered for it, scheme and host.
        account_exists: the account that the bucket would be in exists.
        requester_pays: the service asks whoever reads to pay.
        public_access_blocked: the owner has shut the public out altogether.
        disabled: the service has shut it.
        website: it is set up to be served as a web site.
        website_url: that site's address.
        rights: what the service itself says anyone may do, its own words.
        owner: hints of who owns it.
    """

    region: str = ""
    endpoint: str = ""
    account_exists: Truth = Truth.UNKNOWN
    requester_pays: Truth = Truth.UNKNOWN
    public_access_blocked: Truth = Truth.UNKNOWN
    disabled: Truth = Truth.UNKNOWN
    website: Truth = Truth.UNKNOWN
    website_url: str = ""
    rights: tuple[str, ...] = ()
    owner: OwnerHints = field(default_factory=OwnerHints)


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a service's answer says, when it was not what was asked for.

    Attributes:
        exists: the bucket does.
        permitted: anyone may do what was asked.
        reason: what the place that was asked for ends as.
        code: the service's error code, or the status where it gave none.
        region: where the bucket is, if the answer tells.
        facts: what else it tells.
    """

    exists: Truth
    permitted: Truth
    reason: SkipReason
    code: str
    region: str | None = None
    facts: Facts = NO_FACTS


def nothing_known(target: BucketTarget) -> BucketAccess:
    """What is known of a bucket before anything was asked."""
    whole = target.model_copy(update={"prefix": ""})
    return BucketAccess(
        url=bucket_url(whole),
        provider=target.provider,
        name=target.name,
        account=target.account or "",
        endpoint=service_url(target),
    )


class AccessNotes:
    """Gathers answers while a bucket is asked about and walked, and sums them up.

    A yes is never taken back by a later no: a bucket that was listed is listable, though page 7 was refused.

    Args:
        about: what was known before; `nothing_known(target)`.
        now: aware time.
    """

    def __init__(self, about: BucketAccess, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._about = about
        self._exists = Truth.UNKNOWN
        self._doubted = False
        self._permitted = dict.fromkeys(Question, Truth.UNKNOWN)
        self._read_denied = False
        self._facts = NO_FACTS
        self._evidence: dict[tuple[Question, int | None, str], Evidence] = {}

    def granted(self, question: Question, status: int, request_id: str, region: str | None = None) -> None:
        """The service gave what was asked for."""
        self._exists = Truth.YES
        self._permitted[question] = Truth.YES
        self.learned(Facts(region=region or ""))
        self._note(question, status, "", request_id)

    def refused(self, question: Question, judgement: Judgement, status: int | None, request_id: str) -> None:
        """The service answered otherwise, or an answer was had without a request (None), such as DNS's."""
        self._exists = stronger(self._exists, judgement.exists)
        if judgement.exists is not Truth.NO:  # "no such bucket" of one that exists tells nothing of rights either
            self._permitted[question] = stronger(self._permitted[question], judgement.permitted)
        self._read_denied |= question is Question.READ and judgement.reason is SkipReason.ACCESS_DENIED
        self.learned(judgement.facts)
        self.learned(Facts(region=judgement.region or ""))
        self._note(question, status, judgement.code, request_id)

    def ruled_out(self, *questions: Question) -> None:
        """The answer to another question was a no to these as well."""
        for question in questions:
            self._permitted[question] = stronger(self._permitted[question], Truth.NO)

    def unanswered(self, question: Question, cause: str) -> None:
        """No answer: nothing is learned, and that is kept."""
        self._note(question, None, cause, "")

    def doubt(self) -> None:
        """Nothing vouches for the answer that there is no such bucket."""
        self._doubted = True

    def learned(self, facts: Facts) -> None:
        """What an answer told besides; the last word counts on where the bucket is, the first on whose it is."""
        known = self._facts
        self._facts = Facts(
            region=facts.region or known.region,
            endpoint=facts.endpoint or known.endpoint,
            account_exists=stronger(known.account_exists, facts.account_exists),
            requester_pays=stronger(known.requester_pays, facts.requester_pays),
            public_access_blocked=stronger(known.public_access_blocked, facts.public_access_blocked),
            disabled=stronger(known.disabled, facts.disabled),
            website=stronger(known.website, facts.website),
            website_url=facts.website_url or known.website_url,
            rights=tuple(sorted({*known.rights, *facts.rights})),
            owner=_joined(known.owner, facts.owner),
        )

    def told(self, question: Question, permitted: Truth) -> None:
        """The service says it itself, in its answer to another question."""
        self._permitted[question] = stronger(self._permitted[question], permitted)

    def permitted(self, question: Question) -> Truth:
        """May anyone do this, by what is known so far?"""
        return self._permitted[question]

    @property
    def exists(self) -> Truth:
        """Is it there, by what is known so far?"""
        return Truth.UNKNOWN if self._doubted and self._exists is Truth.NO else self._exists

    def summary(self) -> BucketAccess:
        """What is known by now."""
        facts = self._facts
        known = replace(
            self._about,
            region=facts.region,
            endpoint=facts.endpoint or self._about.endpoint,
            account_exists=facts.account_exists,
            exists=self.exists,
            evidence=tuple(self._evidence.values()),
        )
        if self.exists is Truth.NO:
            no = Truth.NO
            return replace(known, listable=no, readable=no, known_key_readable=no, acl_readable=no, versions_visible=no)
        if self._exists is Truth.NO:  # in doubt, and with it what the same answer said of lists and reads
            return known
        return replace(
            known,
            listable=self._permitted[Question.LIST],
            readable=self._readable(),
            known_key_readable=self._permitted[Question.READ_KNOWN_KEY],
            acl_readable=self._permitted[Question.ACL],
            versions_visible=self._permitted[Question.VERSIONS],
            requester_pays=self._shut(facts.requester_pays),
            public_access_blocked=self._shut(facts.public_access_blocked),
            disabled=self._shut(facts.disabled),
            website=facts.website,
            website_url=facts.website_url,
            rights=facts.rights,
            owner=facts.owner,
        )

    def _readable(self) -> Truth:
        """A refused key says nothing of others; a listed object that is refused shows that not all are open."""
        read, known = self._permitted[Question.READ], self._permitted[Question.READ_KNOWN_KEY]
        if Truth.YES in (read, known):
            return Truth.YES
        listed_and_denied = self._permitted[Question.LIST] is Truth.YES and self._read_denied
        return Truth.NO if listed_and_denied else read

    def _shut(self, said: Truth) -> Truth:
        """Whoever is given a listing or an object is not shut out, and does not pay for it."""
        given = (self._permitted[asked] for asked in (Question.LIST, Question.READ, Question.READ_KNOWN_KEY))
        return Truth.NO if Truth.YES in given else said

    def _note(self, question: Question, status: int | None, code: str, request_id: str) -> None:
        """The first of each kind: a thousand reads with one outcome are one piece of evidence."""
        kind = (question, status, code)
        if kind not in self._evidence and len(self._evidence) < EVIDENCE_KEPT:
            self._evidence[kind] = Evidence(question, status, code, request_id, self._now())


def stronger(known: Truth, new: Truth) -> Truth:
    """Yes over no over unknown."""
    if Truth.YES in (known, new):
        return Truth.YES
    return Truth.NO if Truth.NO in (known, new) else Truth.UNKNOWN


def _joined(known: OwnerHints, new: OwnerHints) -> OwnerHints:
    return OwnerHints(
        account_id=known.account_id or new.account_id,
        owner_id=known.owner_id or new.owner_id,
        tenant_id=known.tenant_id or new.tenant_id,
    )
