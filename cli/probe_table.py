"""How `stray probe` shows a bucket: a table of questions and answers, or one JSON object a line."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from rich.markup import escape
from rich.table import Table

from bucket_probes.attribution import standing
from cli.console import json_line, result_line, results
from documents.buckets import BucketAccess, Evidence, Question
from documents.exposure import Truth
from reports.shown import printable

# What is asked, in the order in which a responder wants to know it: attribute, words, the questions it rests on.
_ROWS: tuple[tuple[str, str, tuple[Question, ...]], ...] = (
    ("account_exists", "storage account exists", (Question.DNS, Question.ACCOUNT, Question.LIST)),
    ("exists", "exists", (Question.DNS, Question.ACCOUNT, Question.EXISTS, Question.LIST, Question.READ_KNOWN_KEY)),
    ("listable", "anyone may list it", (Question.LIST,)),
    ("readable", "anyone may read objects", (Question.READ, Question.READ_KNOWN_KEY)),
    ("known_key_readable", "known keys readable", (Question.READ_KNOWN_KEY,)),
    ("versions_visible", "old versions visible", (Question.VERSIONS,)),
    ("acl_readable", "ACL readable", (Question.ACL,)),
    ("public_access_blocked", "public access blocked", ()),
    ("requester_pays", "requester pays", ()),
    ("disabled", "disabled by the service", ()),
    ("website", "served as a web site", (Question.WEBSITE,)),
)


def show(access: BucketAccess, output: str, title: str) -> None:
    """One bucket, to standard output."""
    if output == "json":
        json_line(fields(access))
    else:
        _show_table(access, title)


def fields(access: BucketAccess) -> dict[str, object]:
    """All that is known of it, for programs; times in ISO form."""
    known = asdict(access)
    for evidence in known["evidence"]:
        evidence["at"] = _moment(evidence["at"])
    return known


def _show_table(access: BucketAccess, title: str) -> None:
    result_line(title)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, words, questions in _ROWS:
        if name == "account_exists" and not access.account:
            continue  # services without accounts
        truth: Truth = getattr(access, name)
        table.add_row(words, truth.value, escape(printable(_basis(access, questions))))
    for words, text in _facts(access):
        if text:
            table.add_row(words, "", escape(printable(text)))
    results().print(table)


def _facts(access: BucketAccess) -> list[tuple[str, str]]:
    owner = access.owner
    return [
        ("region", access.region),
        ("web site", access.website_url),
        ("rights of anyone", ", ".join(access.rights)),
        ("account of the owner", owner.account_id),
        ("id of the owner", owner.owner_id),
        ("tenant of the owner", owner.tenant_id),
        ("is it ours?", _attribution(access)),
    ]


def _attribution(access: BucketAccess) -> str:
    ours = access.attribution
    return f"{standing(ours)}, {ours.score} of 100: {', '.join(ours.reasons)}" if ours.reasons else ""


def _basis(access: BucketAccess, questions: tuple[Question, ...]) -> str:
    """The answers that speak to these questions."""
    return "; ".join(dict.fromkeys(_told(item) for item in access.evidence if item.question in questions))


def _told(item: Evidence) -> str:
    """Status and code; request ids and times are for programs, and for whoever asks the service's owner."""
    return " ".join(part for part in (str(item.status or "no answer"), item.code) if part)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
