"""The closed set of reasons for not having looked; a scope file names those that it accepts."""

from __future__ import annotations

from enum import StrEnum


class SkipReason(StrEnum):
    """Why something in scope was not looked at. Closed: a new reason is a decision, not a string."""

    TOO_LARGE = "too_large"
    TIMED_OUT = "timed_out"
    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"
    BUDGET_SPENT = "budget_spent"
    DENIED_BY_GUARD = "denied_by_guard"
    ROBOTS = "robots"
    UNSUPPORTED_TYPE = "unsupported_type"
    PARSER_CRASHED = "parser_crashed"
    TRUNCATED = "truncated"
    TLS_ERROR = "tls_error"
    DNS_ERROR = "dns_error"
    HOST_DOWN = "host_down"
    # The proxy that the scope names is not there, refused or broke: nothing is known of the host.
    PROXY_FAILED = "proxy_failed"
    NEEDS_BROWSER = "needs_browser"
    OCR_BUDGET = "ocr_budget"
    EXTRA_MISSING = "extra_missing"
    ACTION_LINK = "action_link"
    CREDENTIAL_IN_URL = "credential_in_url"
    AUTHORITY_EXPIRED = "authority_expired"
    INTERRUPTED = "interrupted"
    # The server answered, and the answer was not the document.
    NOT_FOUND = "not_found"
    ACCESS_DENIED = "access_denied"
    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    REDIRECT_LOOP = "redirect_loop"
    # The unit's own process or source broke: what it had not reached is unknown.
    UNIT_FAILED = "unit_failed"
