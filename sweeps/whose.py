"""Whose a bucket is: what the scope says, and where its address was met, put to what was learned of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from bucket_probes.attribution import Known, attribute
from documents.buckets import Attribution, BucketAccess, BucketLead
from fetching.leads import read_leads
from scope.model import Scope

# Addresses of one bucket that are held against the scope; the first ones tell as much as thousands.
_MOST_OF_ONE: Final = 20
_NOT_SAID: Final = Attribution()


class Whose:
    """Gives buckets their attribution, where the source has not.

    Args:
        scope: who we are, and what is ours.
        leads: of the unit, where its buckets were met; None for none.
    """

    def __init__(self, scope: Scope, leads: Path | None = None) -> None:
        self._known = Known.of_scope(scope)
        self._leads: dict[tuple[str, str, str], list[BucketLead]] = {}
        for lead in read_leads(leads):
            of_one = self._leads.setdefault((lead.provider, lead.account, lead.name), [])
            if len(of_one) < _MOST_OF_ONE:
                of_one.append(lead)

    def attributed(self, access: BucketAccess) -> BucketAccess:
        """The same with a score and its reasons."""
        if access.attribution != _NOT_SAID:
            return access
        leads = self._leads.get((access.provider, access.account, access.name), ())
        return replace(access, attribution=attribute(access, self._known, leads))
