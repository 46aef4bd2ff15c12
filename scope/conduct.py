"""How the conduct log writes down where requests went."""

from __future__ import annotations

from enum import StrEnum

from scope.fields import Table


class PlaceForm(StrEnum):
    """An address can name a patient, so what is written of it is a decision."""

    # The host in clear, the address as a hash under the database key: who has the key can show what was asked for.
    KEYED = "keyed"
    CLEAR = "clear"
    # The host in clear, digests that nobody can ever resolve.
    MASKED = "masked"


class Conduct(Table):
    """The conduct log."""

    urls: PlaceForm = PlaceForm.KEYED
