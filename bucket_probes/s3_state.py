"""What anyone may do with an S3 bucket: each read-only question that tells of it, each answer for itself."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from bucket_probes.access import Facts
from bucket_probes.errors import ProbeError, RefusedError
from bucket_probes.s3_answers import is_vouched_for
from bucket_probes.s3_documents import (
    DOCUMENT_BYTES,
    facts_of_acl,
    facts_of_location,
    facts_of_policy_status,
    facts_of_uploads,
    facts_of_website,
)
from bucket_probes.s3_listing import S3Listing
from bucket_probes.s3_session import OK, PASSING, Parameters, S3Session
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.errors import NoAnswerError, UrlDeniedError
from fetching.wire import Answer

# Keys and versions that are asked for to learn whether they can be listed. One may be a mark of a folder.
FEW_KEYS = 2
# Questions after the listing that are asked even where that says that there is no such bucket: a front that lies about
# one of them may not lie about all.
WITNESSES = 2
# After one of these the other questions would end alike, each after the whole time that an answer may take.
_NO_CONTACT = frozenset(
    [
        SkipReason.HOST_DOWN, SkipReason.TIMED_OUT, SkipReason.DNS_ERROR, SkipReason.TLS_ERROR, SkipReason.PROXY_FAILED
    ]
)  # fmt: skip
# The form of addresses at which buckets are served as web sites, in the provider data.
_SITES = re.compile(r"\{bucket\}\.s3-website(?P<joint>[.-])\{region\}\.(?P<domain>[a-z.]+)/")
# Regions whose sites are called `s3-website-REGION`; younger ones are called `s3-website.REGION`. Amazon's table of
# endpoints.
_DASHED = frozenset(
    """
    us-east-1 us-west-1 us-west-2 us-gov-west-1 eu-west-1 ap-southeast-1 ap-southeast-2 ap-northeast-1 sa-east-1
    """.split()
)
# How a site's own error pages, which are HTML, give the code that S3 gives in XML.
_SITE_CODE = re.compile(rb"<li>\s*Code:\s*([A-Za-z]{1,64})\s*</li>")
_NO_SITE = "NoSuchWebsiteConfiguration"
# What a site says that is there, besides a page: nothing at this place, not for you, go elsewhere.
_SITE_CODES = frozenset(["NoSuchKey", "AccessDenied"])
_REDIRECTS = range(300, 400)

FactsOf = Callable[[etree._Element], Facts]


class S3State:
    """The questions about one bucket.

    Args:
        session: asks.
        listing: the bucket's.
    """

    def __init__(self, session: S3Session, listing: S3Listing) -> None:
        self._session = session
        self._listing = listing

    def ask(self) -> None:
        """See `BucketProbe.state`. A readable ACL is not the end of it: a policy opens what no ACL shows."""
        questions: tuple[Callable[[], None], ...] = (
            self._list,
            self._read_acl,
            self._locate,
            lambda: self._listing.some_versions(FEW_KEYS),
            lambda: self._document(
                Question.PERMISSIONS, "get_bucket_policy_status", "policystatus", facts_of_policy_status
            ),
            lambda: self._document(Question.WEBSITE, "get_bucket_website", "websiteconfiguration", facts_of_website),
            self._list_uploads,
            self._visit_site,
        )
        for number, question in enumerate(questions):
            if (number > WITNESSES and self._session.notes.exists is Truth.NO) or not _goes_on(question):
                return

    def _list(self) -> None:
        """Asked again where the answer is no verdict: trouble passes, and on this one the most hangs."""
        for _ in self._session.pauses():
            try:
                return self._list_once()
            except (RefusedError, NoAnswerError) as error:
                settled = isinstance(error, RefusedError) and error.judgement.exists is not Truth.UNKNOWN
                if settled or error.reason not in PASSING:
                    raise
        return self._list_once()

    def _list_once(self) -> None:
        self._session.notes.learned(Facts(owner=self._listing.first(FEW_KEYS)))

    def _read_acl(self) -> None:
        self._document(Question.ACL, "get_bucket_acl", "accesscontrolpolicy", facts_of_acl)

    def _locate(self) -> None:
        """Only where no answer has told by the way."""
        if not self._session.notes.summary().region:
            self._document(Question.REGION, "get_bucket_location", "locationconstraint", facts_of_location)

    def _list_uploads(self) -> None:
        """Only where the listing is open: the grant that opens it opens these too."""
        if self._session.notes.permitted(Question.LIST) is Truth.YES:
            few: Parameters = {"Prefix": self._session.target.prefix, "MaxUploads": 1}
            kind = "listmultipartuploadsresult"
            self._document(Question.PERMISSIONS, "list_multipart_uploads", kind, facts_of_uploads, few)

    def _visit_site(self) -> None:
        """Is it served as a web site? Asked only of buckets that are there: of others a site's answer says nothing."""
        known = self._session.notes.summary()
        site = _site_of(self._session)
        if not site or known.exists is not Truth.YES:
            return
        if known.website is Truth.UNKNOWN:
            with self._session.visit(Question.WEBSITE, site) as answer:
                website, code = _judged_site(answer)
                self._session.visited(Question.WEBSITE, answer, website, code)
                self._session.notes.learned(Facts(website=website))
        if self._session.notes.summary().website is Truth.YES:
            self._session.notes.learned(Facts(website_url=site))

    def _document(
        self, question: Question, operation: str, kind: str, facts: FactsOf, parameters: Parameters | None = None
    ) -> None:
        root = self._session.document(question, operation, kind, parameters or {})
        self._session.notes.learned(facts(root))


def _goes_on(ask: Callable[[], None]) -> bool:
    """Ask; what went wrong is in the notes. Is there any use in asking more?"""
    try:
        ask()
    except ProbeError:
        return True
    except NoAnswerError as error:
        if error.reason is SkipReason.THROTTLED:
            raise
        return error.reason not in _NO_CONTACT
    except UrlDeniedError as error:  # a redirect out of the scope, or a question that the scope does not cover
        if error.reason is SkipReason.AUTHORITY_EXPIRED:
            raise
    return True


def _site_of(session: S3Session) -> str:
    """The address at which the bucket would be a web site; empty where its service has none that we know."""
    target = session.target
    if target.endpoint is not None:
        return ""
    domain = session.endpoint.partition(f"s3.{target.region}.")[2]
    joint = "-" if target.region in _DASHED else "."
    for form in target.service.addresses:
        match = _SITES.fullmatch(form.at.partition("{key}")[0])
        if match and (match["domain"], match["joint"]) == (domain, joint):
            return f"http://{target.name}.s3-website{joint}{target.region}.{domain}/"
    return ""


def _judged_site(answer: Answer) -> tuple[Truth, str]:
    """Is there a site, and the code that says so? A page of something in between says nothing."""
    code = answer.headers.get("x-amz-error-code", "")
    if not code and answer.status >= _REDIRECTS.start:
        match = _SITE_CODE.search(_beginning(answer))
        code = match[1].decode() if match else ""
    if code == _NO_SITE:
        return Truth.NO, code
    served = answer.status == OK or answer.status in _REDIRECTS
    is_there = (
        is_vouched_for(answer.headers) and "x-amz-request-id" in answer.headers if served else code in _SITE_CODES
    )
    return (Truth.YES if is_there else Truth.UNKNOWN), code


def _beginning(answer: Answer) -> bytes:
    """An error page; nothing where it does not come whole or is too large to be one."""
    try:
        return answer.read(DOCUMENT_BYTES)
    except NoAnswerError:
        return b""
