"""What is learned of buckets themselves, apart from what lies in them: access, owner, and names that were met."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from documents.exposure import Truth


class Question(StrEnum):
    """What was asked of a bucket. None of it writes."""

    EXISTS = "exists"
    LIST = "list"
    READ = "read"
    READ_KNOWN_KEY = "read_known_key"
    ACL = "acl"
    VERSIONS = "versions"
    # What the service itself says anyone may do (Google's testPermissions, Amazon's policyStatus).
    PERMISSIONS = "permissions"
    REGION = "region"
    WEBSITE = "website"
    ACCOUNT = "account"
    DNS = "dns"


class FoundBy(StrEnum):
    """How a bucket came to be asked about."""

    SCOPE = "scope"
    # Its address stood in something that was crawled.
    HARVEST = "harvest"
    # Its name was made from the scope's keywords.
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One answer, or the lack of one: what was asked, what came back, and when.

    Attributes:
        question: what was asked.
        status: HTTP status, None where there was no answer.
        code: the service's error code; the class of the failure where there was no answer; empty for a yes.
        request_id: the service's, for its owner to look up.
        at: aware, UTC.
    """

    question: Question
    status: int | None
    code: str
    request_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnerHints:
    """What answers give away of a bucket's owner; empty where they give nothing.

    Attributes:
        account_id: of Amazon, 12 digits.
        owner_id: of an ACL or a listing: Amazon's canonical user id, or what a compatible service has in its place.
        tenant_id: of the Azure tenant that the storage account trusts.
    """

    account_id: str = ""
    owner_id: str = ""
    tenant_id: str = ""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Is it ours? A score with its reasons, for a person to judge.

    Attributes:
        score: 0 (nothing says so) to 100 (an owner id that the scope names).
        reasons: codes, the weightiest first, such as `tenant_of_scope`, `linked_from_own_site`, `name_has_keyword`.
    """

    score: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """What one visit learned of a bucket's access, as anyone has it. Each answer is yes, no or unknown.

    Attributes:
        url: the bucket's anonymous address, without credentials.
        provider: id in `scope/providers.toml`.
        name: of the bucket or container.
        account: Azure's storage account; empty elsewhere.
        region: where the service says that it is; empty where it does not.
        endpoint: the service that answered for it, scheme and host.
        account_exists: Azure's storage account does, whatever is known of the container; unknown elsewhere.
        exists: no only where the service said so and, in a name search, canaries vouch for the answer.
        listable: anyone may list it.
        readable: yes once an object was read; no where listed objects were refused and none was read.
        known_key_readable: an object that the listing did not show was read by its known key.
        acl_readable: anyone may read who may do what.
        versions_visible: anyone may list earlier versions, so deleted objects too.
        requester_pays: the service asks whoever reads to pay, and so refuses the anonymous.
        public_access_blocked: the owner has shut the public out altogether, whatever single objects say.
        disabled: the service has shut it.
        website: it is set up to be served as a web site.
        website_url: that site's address; empty where there is none or it is not known.
        rights: what the service itself says anyone may do, its own words, sorted.
        owner: hints of who owns it.
        found_by: how it came to be asked about.
        attribution: is it ours?
        evidence: the answers that this rests on, the first of each kind.
    """

    url: str
    provider: str
    name: str
    account: str = ""
    region: str = ""
    endpoint: str = ""
    account_exists: Truth = Truth.UNKNOWN
    exists: Truth = Truth.UNKNOWN
    listable: Truth = Truth.UNKNOWN
    readable: Truth = Truth.UNKNOWN
    known_key_readable: Truth = Truth.UNKNOWN
    acl_readable: Truth = Truth.UNKNOWN
    versions_visible: Truth = Truth.UNKNOWN
    requester_pays: Truth = Truth.UNKNOWN
    public_access_blocked: Truth = Truth.UNKNOWN
    disabled: Truth = Truth.UNKNOWN
    website: Truth = Truth.UNKNOWN
    website_url: str = ""
    rights: tuple[str, ...] = ()
    owner: OwnerHints = field(default_factory=OwnerHints)
    found_by: FoundBy = FoundBy.SCOPE
    attribution: Attribution = field(default_factory=Attribution)
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class BucketLead:
    """A bucket whose address was met: in a page, a script, a header, a host's alias. Nothing was asked of it.

    Attributes:
        url: the bucket's anonymous address; credentials that stood in the one that was met are gone.
        provider: id in `scope/providers.toml`.
        name: of the bucket or container; empty where only an account was named.
        account: Azure's storage account; empty elsewhere.
        key: the object that was named, empty for none. It can name a patient.
        had_credential: the address that was met carried a signature or token.
        met_in: `html`, `script`, `style`, `json`, `sitemap`, `listing`, `text`, `document` (a PDF), `csp`, `link` (the
            header), `redirect`, `cname`.
        parent: the page that it was met in.
    """

    url: str
    provider: str
    name: str
    account: str = ""
    key: str = ""
    had_credential: bool = False
    met_in: str = "html"
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class NamesSearched:
    """How a search for names went at one provider. Counts of names.

    Attributes:
        provider: id in `scope/providers.toml`.
        candidates: names to be asked for.
        existing: names that exist.
        absent: names that do not, between healthy canaries.
        unknown: asked without an answer that counts, or not asked.
        requests: made in all, canaries and repetitions among them.
        lies: times that a canary was answered wrongly.
        throttled: answers that asked to slow down.
        seconds: from the first request to the last answer.
    """

    provider: str
    candidates: int
    existing: int
    absent: int
    unknown: int
    requests: int = 0
    lies: int = 0
    throttled: int = 0
    seconds: float = 0.0

    @property
    def trusted_share(self) -> float:
        """The part of the names that got an answer that counts, 0 to 1; 1 where there were none."""
        return 1.0 if not self.candidates else (self.existing + self.absent) / self.candidates
