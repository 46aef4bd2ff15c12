"""How far a sweep believes what earlier ones saw: the scope's `[incremental]`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scope.fields import Permission, Table


class Incremental(Table):
    """By default a place is left alone as long as nothing says that it has changed, for a month at most."""

    # Everything is fetched in each sweep, as `stray sweep --full` does once.
    full: Permission = False
    # Everything is read anew after so many days, spread over the last quarter of them.
    full_after_days: Annotated[int, Field(ge=1, le=3650)] = 30
    # Share of the files that a listing, or a server's word, says to be unchanged which are fetched all the same.
    sampled: Annotated[float, Field(ge=0, le=1)] = 0.005
