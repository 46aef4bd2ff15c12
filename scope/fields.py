"""What the tables of a scope file are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Strict, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# What switches something on is true or false, not a word that may be taken for it.
Permission = Annotated[bool, Strict()]


class Table(BaseModel):
    """One table: no key but its own, and nothing changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)
