from __future__ import annotations

from extraction.budget import Budget, ExtractionLimits
from extraction.pdf.pdf_mending import Mended, mended
from tests.extraction.samples import pdf


def mend(data: bytes) -> Mended | None:
    return mended(data, Budget(ExtractionLimits()))


def test_nothing_can_be_made_of_a_file_without_pages() -> None:
    assert mend(b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj") is None
    assert mend(b"") is None


def test_the_page_tree_lists_each_page_once_in_order() -> None:
    whole = mend(pdf(3)[:1500])
    assert whole is not None
    tree = whole.data[whole.data.rindex(b"/Kids") :]
    kids = tree[tree.index(b"[") + 1 : tree.index(b"]")].split(b" R")[:-1]
    assert len(kids) == len(set(kids)) > 0


def test_junk_that_looks_like_objects_costs_little() -> None:
    assert mend(b"1 0 obj " * 100_000) is None
