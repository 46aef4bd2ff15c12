"""Letters as scans: printed, spoilt as scanners and fax machines do, in PDF, TIFF, JPEG and PNG; and mixed PDF."""

from __future__ import annotations

import hashlib
import io
from functools import partial

import pypdf

from benchmarks.extraction.archive_files import zipped
from benchmarks.extraction.letters import Letter
from benchmarks.extraction.rendered import Family, Format, Rendered, whole
from benchmarks.scanned_pages import Face, Pages, Spoiling, pages_of, spoilt
from demo_range.rendering import Format as RangeFormat
from demo_range.rendering import rendered
from demo_range.sheets import Sheet

# Seeds below are those that recognition was tuned on.
_FIRST_SEED = 5_000
_SEEDS = 100_000
_FACES = (Face.SERIF, Face.SANS, Face.DEJAVU_SERIF, Face.DEJAVU_SANS)
RESOLUTIONS = (150, 200, 300)
_USUAL_DPI = 200


def scanned(letter: Letter, sheet: Sheet, spoiling: Spoiling, dpi: int) -> Pages:
    """The sheet's pages; typeface and strength of the damage are the letter's own."""
    seed = _FIRST_SEED + int.from_bytes(hashlib.blake2b(letter.letter_id.encode(), digest_size=4).digest()) % _SEEDS
    pages = pages_of(sheet, dpi, _FACES[seed % len(_FACES)])
    return [spoilt(page, spoiling, dpi, seed + number) for number, page in enumerate(pages)]


def as_pdf(letter: Letter, spoiling: Spoiling, dpi: int) -> Rendered:
    """A page a picture, as office scanners send them."""
    return Rendered(_pdf(scanned(letter, letter.sheet, spoiling, dpi), dpi), whole(letter))


def as_tiff(letter: Letter, spoiling: Spoiling, dpi: int) -> Rendered:
    """A frame a page; one-bit pages as fax machines pack them."""
    pages = scanned(letter, letter.sheet, spoiling, dpi)
    out = io.BytesIO()
    packing = "group4" if pages[0].mode == "1" else "tiff_lzw"
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression=packing, dpi=(dpi, dpi))
    return Rendered(out.getvalue(), whole(letter))


def as_pictures(letter: Letter, form: str, dpi: int) -> Rendered:
    """One picture; of a letter with several pages as many in a ZIP archive."""
    files = {}
    for number, page in enumerate(scanned(letter, letter.sheet, Spoiling.NOISY, dpi), 1):
        out = io.BytesIO()
        page.save(out, form, dpi=(dpi, dpi))
        files[f"scan{number:04d}.{form.lower()}"] = out.getvalue()
    data = next(iter(files.values())) if len(files) == 1 else zipped(files)
    return Rendered(data, whole(letter))


def mixed(letter: Letter) -> Rendered:
    """The first half is text, the second half a scan, in one PDF."""
    sheet = letter.sheet
    half = len(sheet.blocks) // 2
    first = Sheet(sheet.header, sheet.running, sheet.blocks[:half], sheet.footer)
    second = Sheet((), "", sheet.blocks[half:], "")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(rendered(RangeFormat.PDF, first)))
    writer.append(io.BytesIO(_pdf(scanned(letter, second, Spoiling.NOISY, _USUAL_DPI), _USUAL_DPI)))
    out = io.BytesIO()
    writer.write(out)
    return Rendered(out.getvalue(), ("\n".join(sheet.header), first.body, sheet.footer, second.body))


def _pdf(pages: Pages, dpi: int) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)
    return out.getvalue()


_SPOILINGS = (Spoiling.CLEAN, Spoiling.NOISY, Spoiling.FAX)


def _scan_pdf(spoiling: Spoiling, dpi: int) -> Format:
    name = f"scan {spoiling.replace('_', ' ')} {dpi} pdf"
    family = Family.FAX if spoiling is Spoiling.FAX else Family.SCAN
    return Format(name, "pdf", partial(as_pdf, spoiling=spoiling, dpi=dpi), family)


FORMATS = (
    *(_scan_pdf(spoiling, dpi) for spoiling in _SPOILINGS for dpi in RESOLUTIONS),
    *(_scan_pdf(spoiling, _USUAL_DPI) for spoiling in (Spoiling.UPSIDE_DOWN, Spoiling.SIDEWAYS)),
    Format("scan clean 200 tiff", "tif", partial(as_tiff, spoiling=Spoiling.CLEAN, dpi=_USUAL_DPI), Family.SCAN),
    Format("scan fax 200 tiff", "tif", partial(as_tiff, spoiling=Spoiling.FAX, dpi=_USUAL_DPI), Family.FAX),
    Format("scan noisy 200 jpeg", "jpg", partial(as_pictures, form="JPEG", dpi=_USUAL_DPI), Family.SCAN),
    Format("scan noisy 200 png", "png", partial(as_pictures, form="PNG", dpi=_USUAL_DPI), Family.SCAN),
    Format("pdf text and scan", "pdf", mixed, Family.SCAN),
)
