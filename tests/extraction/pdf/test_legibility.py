from __future__ import annotations

import random
import string

import pytest

from extraction.pdf.legibility import is_garbage, is_poorly_read

REAL = {
    "English": "Thank you for referring this patient, who was seen in the clinic on Monday. She will be reviewed "
    "in six weeks, with the results of the blood tests, and we shall write to you again after that appointment.",
    "Welsh": "Diolch am gyfeirio'r claf hwn, a welwyd yn y clinig ddydd Llun. Bydd yn cael ei hadolygu ymhen "
    "chwe wythnos, gyda chanlyniadau'r profion gwaed, a byddwn yn ysgrifennu atoch eto ar ôl yr apwyntiad.",
    "German": "Vielen Dank für die Überweisung dieser Patientin, die am Montag in der Sprechstunde gesehen wurde. "
    "Sie wird in sechs Wochen mit den Ergebnissen der Blutuntersuchung erneut vorgestellt.",
    "Polish": "Dziękujemy za skierowanie pacjentki, która została przyjęta w poniedziałek w poradni. Kontrola "
    "odbędzie się za sześć tygodni, z wynikami badań krwi, po czym ponownie napiszemy do Państwa.",
    "Finnish": "Kiitos potilaan lähettämisestä, hänet tutkittiin klinikalla maanantaina. Hänet arvioidaan "
    "uudelleen kuuden viikon kuluttua verikokeiden tulosten kanssa, ja kirjoitamme teille sen jälkeen.",
    "Greek": "Σας ευχαριστούμε για την παραπομπή της ασθενούς, η οποία εξετάστηκε στην κλινική τη Δευτέρα.",  # noqa: RUF001
    "Arabic": "شكرا لكم على إحالة هذه المريضة التي تم فحصها في العيادة يوم الاثنين وستراجع بعد ستة أسابيع",
    "Chinese": "感谢您转诊这位患者,她于星期一在门诊就诊。六周后将复查,届时带上血液检查结果。",
    "results": "Sodium 138 mmol/L 133-146 Potassium 4.1 mmol/L Urea 5.2 mmol/L Creatinine 74 umol/L eGFR >90 "
    "mL/min ALT 22 U/L ALP 88 U/L GGT 31 U/L Bilirubin 9 umol/L Albumin 41 g/L CRP <1 mg/L TSH 1.82 mU/L",
    "drugs": "amoxicillin 500mg caps tds 7/7, paracetamol 500mg tabs qds prn, omeprazole 20mg od, metformin "
    "500mg bd, ramipril 2.5mg od, simvastatin 40mg nocte, salbutamol 100mcg inh prn",
    "postcodes": "LS1 4AP BD7 1HR SW1A 1AA EC2V 7HN M1 1AE CF10 3NP G2 1DY EH1 1YZ BT1 5GS NE1 7RU B33 8TH",
    "nothing": "",
}
LATIN = [name for name in REAL if name not in ("Greek", "Arabic", "Chinese", "postcodes", "nothing")]


def shifted(text: str) -> str:
    """Glyph numbers taken for letters: what most subset fonts without a character map give."""
    return "".join(chr(ord(each) - 29) if each > "\x1d" else each for each in text)


def substituted(text: str, seed: int) -> str:
    letters = list(string.ascii_lowercase)
    random.Random(seed).shuffle(letters)  # noqa: S311 - repeatable
    return text.lower().translate(str.maketrans(string.ascii_lowercase, "".join(letters)))


@pytest.mark.parametrize("name", list(REAL))
def test_real_text_is_neither_garbage_nor_poorly_read(name: str) -> None:
    assert not is_garbage(REAL[name])
    assert not is_poorly_read(REAL[name])


@pytest.mark.parametrize("name", LATIN)
def test_shifted_letters_are_garbage(name: str) -> None:
    assert is_garbage(shifted(REAL[name]))


def test_another_alphabet_is_garbage() -> None:
    caught = sum(is_garbage(substituted(REAL["English"] + REAL["German"], seed)) for seed in range(100))
    assert caught >= 95


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(0xF000 + ord(each)) for each in REAL["English"]),
        "\ufffd" * 50 + "Page 1",
        "(cid:12)(cid:4)(cid:103) (cid:7)(cid:7)",
        "\x01\x02\x03\x04 \x05\x06\x07\x08 \x0e\x0f\x10",
    ],
)
def test_characters_without_a_meaning_are_garbage(text: str) -> None:
    assert is_garbage(text)


def test_a_bullet_from_a_symbol_font_is_none() -> None:
    assert not is_garbage("\uf0b7 Thank you for referring this patient\n\uf0b7 She will be reviewed")


def test_too_little_text_is_not_judged() -> None:
    assert not is_garbage("MCHC WBC LDH HCT PLT")
    assert not is_poorly_read("rn1nd th3 g@p")


def test_odd_words_show_poor_ocr() -> None:
    poor = "Thcnk you f0r ref3rring th1s pat|ent, who wes se<n in thE c1inic 0n M0nday m0rning end was we1l w1th her"
    assert is_poorly_read(poor + " husband at the clinic, and she will be reviewed in six weeks")
