from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter

from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits, UnreadableError
from extraction.pdf.pdf import read_pdf
from extraction.pdf.pdf_file import is_cut_short
from extraction.records import Content
from tests.extraction.samples import LETTER_LINES, pdf, raw_pdf


def read(data: bytes) -> Content:
    return read_pdf(data, Budget(ExtractionLimits()))


def encrypted(user: str, algorithm: str, pages: int = 3) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(pages))))
    writer.encrypt(user, "owner", algorithm=algorithm)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


ALGORITHMS = ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_user_password_is_encrypted(algorithm: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(encrypted("user", algorithm))
    assert caught.value.reason is SkipReason.ENCRYPTED


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_owner_password_alone_keeps_nobody_from_reading(algorithm: str) -> None:
    content = read(encrypted("", algorithm))
    assert [piece.text.split("\n") for piece in content.pieces] == [LETTER_LINES] * 3


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_cut_encrypted_file_gives_no_garbage(algorithm: str) -> None:
    data = encrypted("", algorithm, pages=8)
    try:
        texts = {piece.text for piece in read(data[: data.rindex(b"xref\n0")]).pieces}
        reason = None
    except UnreadableError as error:
        texts, reason = set(), error.reason
    # The key is made with an identifier that stood at the end; the newest handlers need none.
    assert (texts, reason) in [(set(), SkipReason.ENCRYPTED), ({"\n".join(LETTER_LINES)}, None)]


def test_a_handler_that_nobody_has_is_encrypted() -> None:
    data = raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>", b"<</Filter/Example.Secret/V 9>>"
    )
    with pytest.raises(UnreadableError) as caught:
        read(data.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 3 0 R"))
    assert caught.value.reason is SkipReason.ENCRYPTED


def test_the_reason_is_this_documents_not_the_last_ones() -> None:
    with pytest.raises(UnreadableError):
        read(encrypted("user", "AES-256"))
    with pytest.raises(UnreadableError) as caught:
        read(raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"))
    assert caught.value.reason is SkipReason.UNREADABLE


def test_a_last_line_that_breaks_off_is_no_loss() -> None:
    data = pdf()
    assert not is_cut_short(data[: data.rindex(b"%%EOF")])
    assert not is_cut_short(data[: data.rindex(b"%%EOF") + 3])
    assert is_cut_short(data[: data.rindex(b"startxref")])


@pytest.mark.parametrize(
    "tree",
    [
        b"<</Type/Pages/Count 2000000000/Kids[3 0 R]>>",
        b"<</Type/Pages/Count -5/Kids[3 0 R]>>",
        b"<</Type/Pages/Count 5/Kids[2 0 R 3 0 R 2 0 R]>>",
        b"<</Type/Pages/Kids 3 0 R>>",
        b"<</Type/Pages/Count 1/Kids[%s3 0 R%s]>>" % (b"[" * 5000, b"]" * 5000),
    ],
)
def test_hostile_page_trees_end(tree: bytes) -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 6e30 8e30]>>"
    assert read(raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", tree, page)).pieces == ()


def test_very_many_pages_end_by_the_budget() -> None:
    count = 20_000
    kids = b" ".join(b"%d 0 R" % (3 + index) for index in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>"
    tree = b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)
    (problem,) = read(raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", tree, *[page] * count)).problems
    assert (problem.reason, problem.path, problem.detail) == (
        SkipReason.BUDGET_SPENT,
        "#page=2001",
        "pages: 18000 left",
    )


def test_a_very_deep_page_tree_gives_its_page() -> None:
    nodes = [b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (3 + index) for index in range(3000)]
    content = read(raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", *nodes, b"<</Type/Page/MediaBox[0 0 600 800]>>"))
    assert [problem.detail for problem in content.problems] == ["page tree lost: 1 of 1 pages"]
