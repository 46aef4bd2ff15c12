"""Letters that the organisation has planted itself, and that every sweep must find."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", to_lower=True, strip_whitespace=True)]


class Canary(BaseModel):
    """One planted letter. Where it lies, and which letter of the pack, or which file, it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    url: _Text = Field(repr=False)
    letter: _Text | None = None
    sha256: _Digest | None = None
    label: _Text | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.letter is None) == (self.sha256 is None):
            raise ValueError("give the id of its letter in the pack, or the SHA-256 of the file")
        return self
