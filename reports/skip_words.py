"""What each reason for not having looked means to a person, and whether it leaves us blind."""

from __future__ import annotations

from typing import Final

from documents.records import SkipReason

# What a person is told of each reason.
SKIP_WORDS: Final = {
    SkipReason.TOO_LARGE: "larger than the scope allows; not read, or not to its end",
    SkipReason.TIMED_OUT: "no answer in time",
    SkipReason.ENCRYPTED: "needs a password to be read; anyone who has it can read it",
    SkipReason.UNREADABLE: "damaged, or not what it says it is",
    SkipReason.BUDGET_SPENT: "the sweep's budget was spent before it came to them",
    SkipReason.DENIED_BY_GUARD: "outside of what the scope allows; never requested",
    SkipReason.ROBOTS: "robots.txt asks to keep out, and the scope obeys it",
    SkipReason.UNSUPPORTED_TYPE: "a kind of file that is not read",
    SkipReason.PARSER_CRASHED: "broke the program that reads them; it was contained",
    SkipReason.TRUNCATED: "arrived only in part",
    SkipReason.TLS_ERROR: "the certificate does not hold, and the scope asks for one that does",
    SkipReason.DNS_ERROR: "the name of the host could not be resolved",
    SkipReason.HOST_DOWN: "the host did not answer",
    SkipReason.PROXY_FAILED: "the proxy did not let us through; the host was not reached",
    SkipReason.NEEDS_BROWSER: "shows its text only in a browser",
    SkipReason.OCR_BUDGET: "scans beyond the number of pages that the scope allows",
    SkipReason.EXTRA_MISSING: "a part of Stray that reads them is not installed",
    SkipReason.ACTION_LINK: "links that act (delete, add, log out); never followed",
    SkipReason.CREDENTIAL_IN_URL: "addresses that carry a signature or token; never replayed",
    SkipReason.AUTHORITY_EXPIRED: "the permission ended during the sweep",
    SkipReason.INTERRUPTED: "the sweep was stopped",
    SkipReason.NOT_FOUND: "the server says that there is nothing",
    SkipReason.ACCESS_DENIED: "the server lets nobody in without an account",
    SkipReason.THROTTLED: "the server asked to slow down until the sweep's patience ended",
    SkipReason.SERVER_ERROR: "the server failed",
    SkipReason.REDIRECT_LOOP: "led in a circle",
    SkipReason.UNIT_FAILED: "the sweep of that target broke before it came to them",
}
# The server has answered for these, and nobody can read what it did not give: they are no blind spots.
ANSWERED: Final = frozenset({SkipReason.NOT_FOUND, SkipReason.ACCESS_DENIED})
