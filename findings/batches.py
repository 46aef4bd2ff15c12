"""What belongs together: the batch that a place lies in, and the incident that it is part of.

A batch is a folder, as the address says; what one script hands out by its query is a batch too. An incident is what is
handled as one thing: all that lies with one supplier, on one host, in one folder; folders below it that are only
numbered (days, jobs, patients) are parts of it, and so is what lies inside containers.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from findings.keys import DatabaseKey
from findings.records import UnitRecord
from scope.urls import canonical_url, without_credentials

# A name of a folder that only counts: digits, signs between them, names of months, a few words that stand by numbers.
_COUNTS: Final = re.compile(
    r"(?=[^0-9]*[0-9])(?:[0-9]|[-_. ()#+T]|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|week|wk|day|batch|job|patient|pt|no|nr|v)+",
    re.IGNORECASE,
)
_BUCKET: Final = "bucket"


@dataclass(frozen=True, slots=True)
class Belonging:
    """Keyed ids; they tell nothing of the place to who lacks the database key."""

    batch_id: str
    incident_id: str


def belonging(url: str, unit: UnitRecord, key: DatabaseKey) -> Belonging:
    """Of a document at `url` that `unit` fetched."""
    host, batch = _folder(url)
    # In a bucket nothing lies above the bucket itself.
    top = _folder(unit.start_url)[1] if unit.kind == _BUCKET else ""
    tree = _uncounted(batch, top)
    incident = json.dumps([unit.supplier or "", host, tree])
    return Belonging(key.fact("batch", f"{host}{batch}"), key.fact("incident", incident))


def _folder(url: str) -> tuple[str, str]:
    """Host and folder. The scheme does not count: the same folder over http and https is one."""
    try:
        parts = urlsplit(canonical_url(without_credentials(url)))
    except ValueError:  # no URL at all: it lies nowhere but in itself
        return "", url
    return parts.netloc, parts.path if parts.query else parts.path.rpartition("/")[0] + "/"


def _uncounted(folder: str, top: str) -> str:
    """The folder without its last names as long as they only count, and not above `top`."""
    while folder.endswith("/") and folder != "/":
        above, _, name = folder[:-1].rpartition("/")
        if not _COUNTS.fullmatch(unquote(name)) or (top.startswith(folder) and folder.startswith(top)):
            break
        folder = above + "/"
    return folder
