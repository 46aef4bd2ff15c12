"""Letters in the formats of health records: HL7 v2 messages, CDA documents, FHIR resources."""

from __future__ import annotations

import base64
import json
import textwrap
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.extraction.letters import Letter
from benchmarks.extraction.rendered import Format, Rendered, whole
from demo_range.rendering import Format as RangeFormat
from demo_range.rendering import rendered
from demo_range.sheets import Block, BlockKind

_COLUMNS = 70
_ESCAPES = (("\\", "\\E\\"), ("|", "\\F\\"), ("^", "\\S\\"), ("~", "\\R\\"), ("&", "\\T\\"))
_CDA = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><id root="1.2.3" extension="7"/>
<code code="11488-4" codeSystem="2.16.840.1.113883.6.1"/><title>{title}</title>
<effectiveTime value="20240506090000"/><confidentialityCode code="R"/>
<recordTarget><patientRole><id root="2.16.840.1.113883.2.1.4.1" extension="{nhs}"/></patientRole></recordTarget>
<component>{body}</component></ClinicalDocument>"""


def _hl7(letter: Letter, event: str, segments: Iterable[str]) -> bytes:
    nhs = letter.identifiers["nhs_number"]
    head = (
        f"MSH|^~\\&|EPR|ASHCOMBE|GP|PRACTICE|20240506090000||{event}|7|P|2.4|||||GBR|UNICODE UTF-8",
        f"PID|1||{nhs}^^^NHS||SAMPLE^PERSON||19700101|F",
        "OBR|1||7|11488-4^Consultation note^LN|||20240506",
    )
    return ("\r".join((*head, *segments)) + "\r").encode()


def _escaped(text: str) -> str:
    for plain, written in _ESCAPES:
        text = text.replace(plain, written)
    return text


def oru_lines(letter: Letter) -> Rendered:
    """A segment for each printed line of at most 70 characters, as laboratories send their reports."""
    lines = [part for line in letter.text.split("\n") for part in (textwrap.wrap(line, _COLUMNS) or [""])]
    made = [f"OBX|{number}|TX|1^Report||{_escaped(line)}||||||F" for number, line in enumerate(lines, 1)]
    return Rendered(_hl7(letter, "ORU^R01", made), whole(letter))


def oru_formatted(letter: Letter) -> Rendered:
    """One segment of formatted text."""
    text = _escaped(letter.text).replace("\n", "\\.br\\")
    return Rendered(_hl7(letter, "ORU^R01", [f"OBX|1|FT|1^Report||{text}||||||F"]), whole(letter))


def mdm_pdf(letter: Letter) -> Rendered:
    """The letter is a PDF in base64."""
    data = base64.b64encode(rendered(RangeFormat.PDF, letter.sheet)).decode()
    made = ["TXA|1|CN|PDF|20240506", f"OBX|1|ED|PDF^Letter||^application^pdf^Base64^{data}||||||F"]
    return Rendered(_hl7(letter, "MDM^T02", made), whole(letter))


def cda_sections(letter: Letter) -> Rendered:
    """Narrative sections with paragraphs, line breaks and tables."""
    head = Block(BlockKind.LINES, "\n".join(letter.sheet.header))
    foot = Block(BlockKind.LINES, letter.sheet.footer)
    sections = "".join(
        f'<component><section><code code="1"/><text>{_narrative(block)}</text></section></component>'
        for block in (head, *letter.sheet.blocks, foot)
    )
    body = f"<structuredBody>{sections}</structuredBody>"
    return Rendered(_cda(letter, body), whole(letter))


def cda_pdf(letter: Letter) -> Rendered:
    """A body that is a PDF in base64, in lines."""
    data = base64.encodebytes(rendered(RangeFormat.PDF, letter.sheet)).decode()
    body = f'<nonXMLBody><text mediaType="application/pdf" representation="B64">{data}</text></nonXMLBody>'
    return Rendered(_cda(letter, body), whole(letter))


def _cda(letter: Letter, body: str) -> bytes:
    nhs = letter.identifiers["nhs_number"]
    return _CDA.format(title=escape(letter.sheet.header[1]), nhs=nhs, body=body).encode()


def _narrative(block: Block) -> str:
    if block.kind is BlockKind.TABLE:
        lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in block.rows)
        return f"<table><tbody>{lines}</tbody></table>"
    first, space, rest = escape(block.text).partition(" ")
    return f"<paragraph><content styleCode='Bold'>{first}</content>{space}{rest}</paragraph>".replace("\n", "<br/>")


def _json(resource: dict[str, Any]) -> bytes:
    return json.dumps(resource, indent=1).encode()


def fhir_reference(letter: Letter) -> Rendered:
    """A DocumentReference with a PDF."""
    data = base64.b64encode(rendered(RangeFormat.PDF, letter.sheet)).decode()
    attachment = {"contentType": "application/pdf", "data": data, "title": "Letter"}
    made = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": attachment}]}
    return Rendered(_json(made), whole(letter))


def fhir_binary(letter: Letter) -> Rendered:
    """A Binary that is a Word file."""
    data = base64.b64encode(rendered(RangeFormat.DOCX, letter.sheet)).decode()
    return Rendered(_json({"resourceType": "Binary", "contentType": "application/msword", "data": data}), whole(letter))


def fhir_composition(letter: Letter) -> Rendered:
    """A Bundle with a Composition: a section of narrative for each block."""
    head = Block(BlockKind.LINES, "\n".join(letter.sheet.header))
    foot = Block(BlockKind.LINES, letter.sheet.footer)
    blocks = (head, *letter.sheet.blocks, foot)
    sections = [{"text": {"status": "additional", "div": _div(block)}} for block in blocks]
    composition = {"resourceType": "Composition", "status": "final", "title": "Letter", "section": sections}
    patient = {"resourceType": "Patient", "identifier": [{"value": letter.identifiers["nhs_number"]}]}
    entries = [{"resource": composition}, {"resource": patient}]
    return Rendered(_json({"resourceType": "Bundle", "type": "document", "entry": entries}), whole(letter))


def _div(block: Block) -> str:
    inner = _narrative(block).replace("paragraph>", "p>").replace("<content styleCode='Bold'>", "<b>")
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{inner.replace("</content>", "</b>")}</div>'


FORMATS = (
    Format("hl7 oru lines", "hl7", oru_lines),
    Format("hl7 oru formatted", "hl7", oru_formatted),
    Format("hl7 mdm pdf", "hl7", mdm_pdf),
    Format("cda sections", "xml", cda_sections),
    Format("cda pdf", "xml", cda_pdf),
    Format("fhir document reference", "json", fhir_reference),
    Format("fhir binary", "json", fhir_binary),
    Format("fhir composition", "json", fhir_composition),
)
