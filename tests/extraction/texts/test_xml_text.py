from __future__ import annotations

import base64

import pytest

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.records import Content, Embedded
from extraction.texts.xml_text import read_xml

PDF = b"%PDF-1.4 synthetic\n" + bytes(range(256)) * 2
PACKED = base64.b64encode(PDF).decode()
CDA = """<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet href="cda.xsl"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<code code="371530004" codeSystem="2.16.840.1.113883.6.96" displayName="Clinical consultation report"/>
<title>Outpatient letter</title><effectiveTime value="20260301"/><languageCode code="en-GB"/>
<recordTarget><patientRole><id root="2.16" extension="9990001234"/><patient><name><given>Ann</given>
<family>Sample</family></name></patient></patientRole></recordTarget>
<author><assignedAuthor><assignedPerson><name><prefix>Dr</prefix> <family>Example</family></name></assignedPerson>
</assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><name>Example Clinic</name>
</representedCustodianOrganization></assignedCustodian></custodian>
<component>{}</component></ClinicalDocument>"""


def read(markup: str | bytes, limits: ExtractionLimits | None = None) -> Content:
    data = markup.encode() if isinstance(markup, str) else markup
    return read_xml(data, Budget(limits or ExtractionLimits()))


def lines(content: Content) -> list[str]:
    return [line for piece in content.pieces for line in piece.text.split("\n")]


def files(content: Content) -> list[bytes]:
    return [each.data for each in content.embedded if isinstance(each, Embedded)]


def test_a_clinical_document_is_read_in_order() -> None:
    body = """<structuredBody><component><section><code displayName="Plan"/><title>Plan</title><text>
    Two <content styleCode="Bold">three</content> four &amp; H<sub>2</sub>O<!-- x --> five<br/>six
    <table><thead><tr><th>Drug</th><th>Dose</th></tr></thead><tbody><tr><td>A</td><td>10 mg</td></tr></tbody></table>
    <list><item>one</item><item>two</item></list><paragraph>last</paragraph></text></section></component>
    </structuredBody>"""
    content = read(CDA.format(body))
    shown = [" ".join(line.split()) for line in lines(content)]
    at = shown.index("Plan")
    assert shown[:6] == ["Outpatient letter", "Ann", "Sample", "Dr", "Example", "Example Clinic"]
    assert shown[at:][:8] == ["Plan", "Two three four & H2O five", "six", "Drug Dose", "A 10 mg", "one", "two", "last"]
    assert {"9990001234", "Clinical consultation report", "20260301"} <= set(shown[at + 8 :])


def test_its_header_is_its_origin() -> None:
    (origin,) = read(CDA.format("")).origins
    assert (origin.title, origin.author, origin.organisation) == ("Outpatient letter", "Dr Example", "Example Clinic")
    assert (origin.created, origin.language) == ("20260301", None)


@pytest.mark.parametrize("end", ["", "\n", "\r\n    "])
def test_a_body_in_base64_is_handed_on(end: str) -> None:
    packed = end.join(PACKED[at : at + 76] for at in range(0, len(PACKED), 76))
    body = f'<nonXMLBody><text mediaType="application/pdf" representation="B64">{end}{packed}{end}</text></nonXMLBody>'
    content = read(CDA.format(body))
    assert files(content) == [PDF]
    assert PACKED[:40] not in content.pieces[0].text


def test_fhir_in_xml() -> None:
    content = read(
        f"""<Bundle xmlns="http://hl7.org/fhir"><entry><resource><DocumentReference><status value="current"/>
        <subject><display value="Ann Sample"/></subject>
        <text><div xmlns="http://www.w3.org/1999/xhtml"><p>Dear <b>Dr</b> Example</p><p>Thank you</p></div></text>
        <description value="Letter &amp; enclosure"/>
        <content><attachment><contentType value="application/pdf"/><data value="{PACKED}"/><title value="letter.pdf"/>
        </attachment></content></DocumentReference></resource></entry></Bundle>"""
    )
    assert lines(content)[:3] == ["Dear Dr Example", "Thank you", "Letter & enclosure"]
    assert "Ann Sample" in lines(content)
    assert [(each.path, files(content)) for each in content.embedded] == [("!/letter.pdf", [PDF])]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<r><family>Smith</family><given>John</given></r>", "Smith\nJohn"),
        ("<r><p>inde<hi>pend</hi>ent <x>of</x> it</p></r>", "independent of it"),
        ("<r><![CDATA[one < two & three]]></r>", "one < two & three"),
        ("<r>&lt;p&gt;Dear &lt;b&gt;Dr&lt;/b&gt; X&lt;/p&gt;&lt;p&gt;bye&lt;/p&gt;</r>", "Dear Dr X\nbye"),
        ('<r><line text="Dear Dr Sample"/><line text="Thank you"/></r>', "Dear Dr Sample\nThank you"),
        (
            "<svg><style>x</style><title>T</title><text x='1'>in <tspan>a</tspan> drawing</text></svg>",
            "T\nin a drawing",
        ),
        ("<w:p xmlns:w='w'><w:r><w:t>Dear</w:t></w:r><w:r><w:tab/><w:t>Dr</w:t></w:r></w:p>", "Dear\tDr"),
        ("<r>caf&#233; &eacute; &amp;amp; &unknown; &nbsp;</r>", "café é &amp; &unknown;"),
        ("<!DOCTYPE r [<!ENTITY c 'Example Clinic'>]><r>at &c; today</r>", "at Example Clinic today"),
        ("<r>one<!-- two -->three<?pi four?>five</r>", "onethreefive"),
        ("<r a='x>y'>text</r>", "text\nx>y"),
    ],
)
def test_any_vocabulary(markup: str, text: str) -> None:
    assert read(markup).pieces[0].text == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<r><p>one & two < three</p><b>four</p>five</r>", "one & two < three\nfourfive"),
        ("<r><p a=b c='d>one</p> two</r>", "one"),
        ("</x><r>one</r></y> two", "one"),
        ("<?xml version='1.0'?\x7f><r>one</r>", "one"),
        ("<r>one<!-- x --\x3f<p>two</p><!-- y -->three</r>", "one\ntwo\nthree"),
        ("<r>one<!-- x <p>two</p></r>", "one\ntwo"),
        ("<r><![CDATA[one]]\x3f</a><![CDATA[two]]></r>", "one\ntwo"),
        ("<r>" + "<a>" * 50_000 + "deep" + "</a>" * 50_000 + "after</r>", "deepafter"),
    ],
)
def test_damage_loses_no_text(markup: str, text: str) -> None:
    shown = read(markup).pieces[0].text
    for word in text.split("\n"):
        assert word in shown


def test_entities_neither_unfold_nor_read_files() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "' + "x" * 900 + '"><!ENTITY b "&a;&a;"><!ENTITY h SYSTEM "file:///etc/hostname">]>'
    content = read(bomb + "<r>" + "&a;" * 20_000 + "&b; &h; end</r>")
    assert len(content.pieces[0].text) < 10_000_000
    assert content.pieces[0].text.endswith("&b; &h; end")


def test_a_cut_file_says_so() -> None:
    content = read("<r><p>Dear Dr Sample</p><p>Thank")
    assert lines(content) == ["Dear Dr Sample", "Thank"]
    assert [problem.reason for problem in content.problems] == [SkipReason.TRUNCATED]


@pytest.mark.parametrize(
    "markup",
    [
        f'<svg><image href="data:application/pdf;base64,{PACKED}"/></svg>',
        f'<svg xmlns:xlink="x"><image xlink:href="data:application/pdf;base64,{PACKED}"/></svg>',
        f"<w:binData xmlns:w='w'>{PACKED}</w:binData>",
        f'<file encoding="base64">{PACKED}</file>',
        f"<soap><any>{PACKED}</any></soap>",
    ],
)
def test_files_in_markup_are_handed_on(markup: str) -> None:
    assert files(read(markup)) == [PDF]


@pytest.mark.parametrize("charset", ["iso-8859-2", "windows-1252", "utf-16", "koi8-r"])
def test_the_declared_charset_is_read(charset: str) -> None:
    word = {"iso-8859-2": "źdźbło", "koi8-r": "Уважаемый"}.get(charset, "naïve £5")
    markup = f'<?xml version="1.0" encoding="{charset}"?><r>{word}</r>'
    assert lines(read(markup.encode(charset))) == [word]


@pytest.mark.slow
@pytest.mark.parametrize("part", ["<!--", "<![CDATA[", "<?", "<a ", '<a "', "<!DOCTYPE [", "</", "<!", "&", "<a b='"])
def test_no_repetition_costs_more_than_one_look(part: str) -> None:
    read(part * 100_000)


@pytest.mark.parametrize("form", ["<Envelope><Body><doc encoding='base64'>{}</doc></Body></Envelope>", "<rec b='{}'/>"])
def test_base64_in_any_element_or_attribute_is_a_file(form: str) -> None:
    markup = form.format(PACKED)
    assert sniff(markup.encode()) is MediaType.XML
    assert files(read(markup)) == [PDF]
