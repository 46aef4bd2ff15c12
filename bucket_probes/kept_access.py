"""What was learned of a bucket before a unit was killed, kept as text and joined with what is learned after it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from bucket_probes.access import EVIDENCE_KEPT, stronger
from documents.buckets import BucketAccess, Evidence, OwnerHints, Question
from documents.exposure import Truth

_TRUTHS = tuple(each.name for each in fields(BucketAccess) if each.type in ("Truth", Truth))
_SHUT = ("requester_pays", "public_access_blocked", "disabled")
_WORDS = ("region", "endpoint", "website_url")


def as_text(access: BucketAccess) -> str:
    """What of it a later process joins with its own."""
    kept = {name: getattr(access, name) for name in (*_TRUTHS, *_WORDS, "rights")}
    evidence = [{**asdict(each), "at": each.at.isoformat()} for each in access.evidence]
    return json.dumps({**kept, "owner": asdict(access.owner), "evidence": evidence})


def joined(access: BucketAccess, earlier: str) -> BucketAccess:
    """What both processes learned; a yes is never taken back, the first evidence of each kind stays."""
    if not earlier:
        return access
    kept: Mapping[str, Any] = json.loads(earlier)
    truths = {name: stronger(Truth(kept[name]), getattr(access, name)) for name in _TRUTHS}
    # Whoever was given something is not shut out, whatever was said before.
    truths |= {name: Truth.NO for name in _SHUT if Truth.NO in (Truth(kept[name]), getattr(access, name))}
    words = {name: getattr(access, name) or kept[name] for name in _WORDS}
    owner = {name: kept["owner"][name] or word for name, word in asdict(access.owner).items()}
    more: dict[str, Any] = {
        **truths,
        **words,
        "rights": tuple(sorted({*kept["rights"], *access.rights})),
        "owner": OwnerHints(**owner),
        "evidence": _evidence(kept["evidence"], access),
    }
    return replace(access, **more)


def _evidence(kept: list[dict[str, Any]], access: BucketAccess) -> tuple[Evidence, ...]:
    earlier = (
        Evidence(Question(each["question"]), each["status"], each["code"], each["request_id"], _moment(each["at"]))
        for each in kept
    )
    by_kind: dict[tuple[Question, int | None, str], Evidence] = {}
    for each in (*earlier, *access.evidence):
        by_kind.setdefault((each.question, each.status, each.code), each)
    return tuple(by_kind.values())[:EVIDENCE_KEPT]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
