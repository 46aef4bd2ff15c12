# ruff: noqa: RUF001 - letters of many scripts are what is tested
from __future__ import annotations

import pytest

from documents.charset import decode
from documents.charset_guess import guess
from documents.media_type import MediaType, sniff

# A letter in each language, and the charsets it comes in.
LETTERS = {
    "en": (
        "Dear Dr Ó Súilleabháin, Re: Siân O'Connor, Máirtín Road. Her weight was 62 kg, 37.5 °C, "
        "she takes 10 µg and paid £40 of it. Thank you for referring this naïve lady to the café "
        "clinic."
    ),
    "cy": (
        "Annwyl Ddr Siôn, Diolch am gyfeirio’r claf hon at y clinig. Mae’n cymryd y tabledi bob "
        "dydd ac mae ei phwysau’n gostwng. Tŷ’r Ysgol, Llanfair-pwll. Gwelwyd hi ddydd Mawrth "
        "gyda’i gŵr."
    ),
    "pl": (
        "Szanowny Panie Doktorze, dziękuję za skierowanie pacjentki z Łodzi, która zgłosiła się do "
        "poradni w poniedziałek. Zażywa lek codziennie. Ciśnienie tętnicze prawidłowe. Następna "
        "wizyta za sześć tygodni. Żona pacjenta również przyszła."
    ),
    "cs": (
        "Vážený pane doktore, děkuji za doporučení pacientky, která přišla v pondělí na kliniku. "
        "Užívá léky každý den. Krevní tlak je v normě. Příští návštěva za šest týdnů."
    ),
    "hu": (
        "Tisztelt Doktor Úr, köszönöm, hogy beutalta ezt a beteget, akit hétfőn láttunk a "
        "klinikán. A vérnyomása megfelelő. A gyógyszerét rendszeresen szedi. Következő vizit hat "
        "hét múlva."
    ),
    "ru": (
        "Уважаемый доктор, благодарю Вас за направление этой пациентки, которая была осмотрена в "
        "понедельник. Артериальное давление в норме. Она принимает лекарство каждый день. "
        "Следующий приём через шесть недель."
    ),
    "uk": (
        "Шановний лікарю, дякую за направлення цієї пацієнтки, яку ми оглянули в понеділок. "
        "Артеріальний тиск у нормі. Вона приймає ліки щодня. Наступний прийом через шість тижнів."
    ),
    "el": (
        "Αγαπητέ γιατρέ, σας ευχαριστώ για την παραπομπή αυτής της ασθενούς, η οποία εξετάστηκε τη "
        "Δευτέρα. Η αρτηριακή πίεση είναι φυσιολογική. Επόμενη επίσκεψη σε έξι εβδομάδες."
    ),
    "he": (
        "לכבוד הרופא, תודה על הפניית המטופלת הזו, אשר נבדקה במרפאה ביום שני. לחץ הדם תקין. היא "
        "נוטלת את התרופה מדי יום. הביקור הבא בעוד שישה שבועות."
    ),
    "ar": (
        "عزيزي الدكتور، شكرا لإحالة هذه المريضة التي تمت معاينتها في العيادة يوم الاثنين. ضغط الدم "
        "طبيعي. تتناول الدواء كل يوم. الزيارة القادمة بعد ستة أسابيع."
    ),
    "tr": (
        "Sayın Doktor, bu hastayı bize yönlendirdiğiniz için teşekkür ederim. Pazartesi günü "
        "klinikte görüldü. Tansiyonu normal. İlacını her gün alıyor. Altı hafta sonra kontrole "
        "çağrıldı. Eşi de geldi."
    ),
    "ja": (
        "拝啓\u3000先生 "
        "このたびは患者様をご紹介いただき、ありがとうございました。月曜日に診察いたしまし"
        "た。血圧は正常です。毎日薬を服用しています。次回は六週間後に来院予定です。コント"
        "ロールは良好です。"
    ),
    "zh-cn": (
        "尊敬的医生： "
        "感谢您转诊这位患者。她于星期一在门诊就诊。血压正常。她每天服药。六周后复诊。我们"
        "已经告诉她的丈夫检查的结果，请继续观察。"
    ),
    "zh-tw": (
        "尊敬的醫師： "
        "感謝您轉介這位病人。她於星期一在門診就診。血壓正常。她每天服藥。六週後複診。我們"
        "已經告訴她的丈夫檢查的結果，請繼續觀察。"
    ),
    "ko": (
        "존경하는 선생님께, 이 환자를 의뢰해 주셔서 감사합니다. 월요일에 "
        "진료를 받았습니다. 혈압은 정상입니다. 매일 약을 복용하고 있습니다. "
        "육 주 후에 다시 방문할 예정입니다."
    ),
    "th": (
        "เรียน คุณหมอ ขอบคุณที่ส่งต่อผู้ป่วยรายนี้ ซึ่งได้รับการตรวจที่คลินิกในวันจันทร์ ความดันโลหิตปกติ รับประทานยาทุกวัน นัดครั้งต่อไปในอีกหกสัปดาห์"
    ),
    "de": (
        "Sehr geehrter Herr Doktor Müller, vielen Dank für die Überweisung dieser Patientin, die "
        "am Montag in der Klinik gesehen wurde. Größe 1,65 m, Blutdruck in Ordnung. Sie nimmt "
        "täglich Tabletten."
    ),
    "fr": (
        "Cher Confrère, je vous remercie de m'avoir adressé cette patiente, vue lundi à la "
        "clinique. La tension artérielle est normale. Elle prend ses médicaments chaque jour. "
        "Prochaine visite dans six semaines, à l'hôpital François."
    ),
    "es": (
        "Estimado doctor Muñoz: Gracias por remitir a esta paciente, que fue vista el lunes en la "
        "clínica. La tensión arterial es normal. Toma la medicación todos los días. ¿Próxima "
        "visita? Dentro de seis semanas, según evolución."
    ),
    "sv": (
        "Bäste doktor Åkerström, tack för remissen av denna patient, som sågs på måndagen på "
        "kliniken. Blodtrycket är normalt. Hon tar medicinen varje dag. Nästa besök om sex veckor."
    ),
    "lt": (
        "Gerbiamas daktare, dėkoju už šios pacientės siuntimą, kuri buvo apžiūrėta pirmadienį "
        "klinikoje. Kraujospūdis normalus. Ji vartoja vaistus kiekvieną dieną. Kitas vizitas po "
        "šešių savaičių."
    ),
}
CHARSETS = {
    "en": "utf-8 cp1252 mac-roman cp850 cp037 utf-16-le utf-16-be",
    "cy": "utf-8 utf-16-le iso8859-14",
    "pl": "cp1250 iso8859-2 cp852 utf-16-le",
    "cs": "cp1250 iso8859-2 cp852 mac-latin2",
    "hu": "cp1250 iso8859-2 cp852",
    "ru": "cp1251 koi8-r cp866 iso8859-5 mac-cyrillic utf-16-le utf-16-be",
    "uk": "cp1251 koi8-u mac-cyrillic",
    "el": "cp1253 iso8859-7 cp737 utf-16-le",
    "he": "cp1255 iso8859-8 cp862 utf-16-le",
    "ar": "cp1256 iso8859-6 utf-16-le",
    "tr": "cp1254 iso8859-9 cp857 utf-16-le",
    "ja": "shift_jis euc_jp iso2022_jp cp932 utf-16-le utf-16-be",
    "zh-cn": "gb18030 gbk gb2312 utf-16-le hz",
    "zh-tw": "big5 utf-16-le utf-16-be",
    "ko": "euc_kr cp949 iso2022_kr utf-16-le",
    "th": "cp874 tis-620 utf-16-le",
    "de": "cp1252 latin-1 mac-roman cp850 cp437 cp273",
    "fr": "cp1252 mac-roman cp850 cp437",
    "es": "cp1252 mac-roman cp850",
    "sv": "cp1252 mac-roman cp850 cp437",
    "lt": "cp1257 iso8859-13",
}


def plain(text: str) -> str:
    """Letters and digits alone: charsets differ in marks."""
    return "".join(character for character in text if character.isalnum())


@pytest.mark.parametrize("lines", [1, 10])
@pytest.mark.parametrize(
    ("language", "charset"), [(language, charset) for language, all_ in CHARSETS.items() for charset in all_.split()]
)
def test_letters_are_told_without_a_declaration(language: str, charset: str, lines: int) -> None:
    data = ((LETTERS[language] + "\n") * lines).encode(charset, "ignore")
    assert plain(decode(data).text) == plain(data.decode(charset))
    assert sniff(data) is MediaType.TEXT


@pytest.mark.parametrize(
    ("text", "charset"),
    [("naïve", "cp1252"), ("£40", "cp850"), ("£40", "mac-roman"), ("Siân’s", "cp1252"), ("37.5 °C", "mac-roman")],
)
def test_one_character_can_be_enough(text: str, charset: str) -> None:
    assert decode(text.encode(charset)).text == text


def test_how_well_it_fits_is_told() -> None:
    assert guess("Siân, naïve, café, £40".encode("cp1252"))[1] > 1


def test_a_head_in_english_hides_nothing() -> None:
    text = "Dear Dr Sample, thank you for the referral. " * 2000 + LETTERS["ru"]
    assert decode(text.encode("koi8-r")).text == text


@pytest.mark.parametrize("charset", ["shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"])
def test_a_long_text_is_told_by_its_beginning(charset: str) -> None:
    language = {"gb18030": "zh-cn", "big5": "zh-tw", "euc_kr": "ko"}.get(charset, "ja")
    text = LETTERS[language] * 100
    assert decode(text.encode(charset)).text == text


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff" * 5000, bytes(range(1, 256)) * 40, b"\x1b$B", b"~{"])
def test_nothing_makes_it_raise(data: bytes) -> None:
    decode(data)


def test_a_micro_sign_is_a_sign_and_no_letter_of_another_script() -> None:
    assert decode("95 µmol/l, the specimen’s".encode("cp1252")).text == "95 µmol/l, the specimen’s"
