import pytest

from matchers.labels import LabelKind, LabelRow, labels_in


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("NHS No: 1", LabelKind.NHS),
        ("nhs number 1", LabelKind.NHS),
        ("NHS N0: 1", LabelKind.NHS),
        ("CHI Number: 1", LabelKind.NHS),
        ("H&C No 1", LabelKind.NHS),
        ("Rhif GIG: 1", LabelKind.NHS),
        ("Hosp No 1", LabelKind.HOSPITAL),
        ("MRN 1", LabelKind.HOSPITAL),
        ("Case note No: 1", LabelKind.HOSPITAL),
        ("Unit Number 1", LabelKind.HOSPITAL),
        ("Rhif ysbyty 1", LabelKind.HOSPITAL),
        ("D.O.B. 1", LabelKind.BIRTH),
        ("d.o.b: 1", LabelKind.BIRTH),
        ("Date  of birth 1", LabelKind.BIRTH),
        ("Dyddiad geni 1", LabelKind.BIRTH),
        ("出生日期\uff1a1", LabelKind.BIRTH),
        ("born on 1", LabelKind.BORN),
        ("\nRE: x", LabelKind.SUBJECT),
        ("Patient: x", LabelKind.NAME),
        ("a\tName\tx", LabelKind.NAME),
        ("Name\nx", LabelKind.NAME),
        ("姓名\uff1ax", LabelKind.NAME),
        ("Surname: x", LabelKind.SURNAME),
        ("Forename(s): x", LabelKind.FORENAME),
        ("Address: x", LabelKind.ADDRESS),
        ("Dear x", LabelKind.SALUTATION),
        ("Tel 1", LabelKind.OTHER),
        ("ISBN-10: 1", LabelKind.OTHER),
        ("GMC 1", LabelKind.OTHER),
    ],
)
def test_what_a_label_says(text: str, kind: LabelKind) -> None:
    assert [label.kind for label in labels_in(text)] == [kind]


@pytest.mark.parametrize("text", ["the name: x", "we are well", "a patient told", "more: x", "GP name: x", "unborn"])
def test_words_of_the_language_are_no_labels(text: str) -> None:
    assert list(labels_in(text)) == []


def test_the_label_before_a_place() -> None:
    text = "NHS No: 1 then much more text than a label reaches 2"
    row = LabelRow(list(labels_in(text)))
    near = row.before(text.index("1"))
    assert near is not None
    assert near.kind is LabelKind.NHS
    assert row.before(text.index("2")) is None
    assert row.before(0) is None


def test_labels_close_after_a_place() -> None:
    row = LabelRow(list(labels_in("RE: Jane Smith DOB 1")))
    assert row.close(3, 20, frozenset({LabelKind.BIRTH}))
    assert not row.close(3, 5, frozenset({LabelKind.BIRTH}))
    assert not row.close(3, 20, frozenset({LabelKind.NHS}))
