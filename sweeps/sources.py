"""Which source takes which kind of unit: the registry, written by hand."""

from __future__ import annotations

from typing import assert_never

from fetching.errand import Errand
from fetching.source import Source
from scope.units import UnitKind


def source_for(kind: UnitKind, errand: Errand) -> Source:
    """The source for one unit. Imports are here because each pulls in a framework that the others do not need."""
    match kind:
        case UnitKind.SITE:
            from crawler.source import SiteSource  # noqa: PLC0415

            return SiteSource(errand)
        case UnitKind.OPEN_DIRECTORY:
            from crawler.source import OpenDirectorySource  # noqa: PLC0415

            return OpenDirectorySource(errand)
        case UnitKind.BUCKET:
            from bucket_probes.source import BucketSource  # noqa: PLC0415

            return BucketSource(errand)
        case UnitKind.FTP:
            from crawler.ftp.source import FtpSource  # noqa: PLC0415

            return FtpSource(errand)
        case UnitKind.NAMES:
            from bucket_probes.search.source import NameSearchSource  # noqa: PLC0415

            return NameSearchSource(errand)
        case _:
            assert_never(kind)
