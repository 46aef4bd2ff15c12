# ruff: noqa: RUF001 - letters of many scripts look alike
"""Words that stand beside a person's data in letters of several languages. They widen what is found by shape.

A label is compared as symbols (see `normaliser`), so case, accents, punctuation and spaces do not matter.
"""

from __future__ import annotations

# Before a date of birth.
BORN_LABELS = (
    "date of birth", "dob", "born on", "born", "birth date",
    "dyddiad geni", "ganwyd", "ganed",
    "data urodzenia", "ur.", "urodzony", "urodzona",
    "जन्म तिथि", "जन्म दिनांक", "जन्मतारीख",
    "تاريخ الميلاد", "تاريخ الولادة", "تاریخ پیدائش",
    "出生日期", "出生年月日", "出生年月", "生年月日", "생년월일",
    "geburtsdatum", "geb. am", "geb.", "geboren am", "geboortedatum",
    "date de naissance", "né le", "née le", "fecha de nacimiento", "data di nascita", "nato il", "nata il",
    "data de nascimento", "data nașterii", "doğum tarihi", "дата рождения", "дата народження",
    "ਜਨਮ ਮਿਤੀ", "জন্ম তারিখ", "જન્મ તારીખ",
)  # fmt: skip

# Before a number that a person has in a register or a hospital.
NUMBER_LABELS = (
    "nhs no", "nhs number", "nhs", "chi no", "chi number", "chi", "hospital no", "hospital number", "hosp no",
    "hosp number", "unit no", "unit number", "district no", "mrn", "medical record number", "medical record no",
    "patient no", "patient number", "patient id", "case note no", "case note number", "casenote no", "case number",
    "rio number", "ihi", "nhi", "pas number", "record number", "ssn", "social security number", "medicare no",
    "rhif ysbyty", "rhif y gig", "rhif gig", "rhif claf",
    "pesel", "nr historii choroby", "numer pacjenta", "nr pacjenta", "nr kartoteki",
    "पंजीकरण संख्या", "रोगी संख्या", "अस्पताल संख्या", "मरीज संख्या", "आधार संख्या",
    "رقم الملف", "رقم المريض", "رقم الهوية", "الرقم الطبي", "میڈیکل ریکارڈ نمبر",
    "病历号", "住院号", "门诊号", "患者编号", "病案号", "身份证号", "身份证号码", "就诊卡号", "診察券番号",
    "fallnummer", "patientennummer", "patienten id", "versichertennummer", "krankenversichertennummer",
    "numéro de dossier", "numéro de sécurité sociale", "número de historia clínica", "historia clínica", "nhc",
    "numero cartella clinica", "codice fiscale", "número de utente", "patiëntnummer", "bsn",
    "номер карты", "номер истории болезни",
)  # fmt: skip

# Before a number that may be a person's, or an office's.
REFERENCE_LABELS = ("our ref", "your ref", "ein cyf", "eich cyf", "nasz znak", "unser zeichen", "id")

# At the head of a line, before the name of the one whom a letter is about.
PATIENT_LABELS = (
    "re", "regarding", "patient", "patient name", "name of patient", "service user", "client name",
    "claf", "enw'r claf", "parthed", "ynghylch", "pacjent", "pacjentka", "dotyczy", "रोगी का नाम", "मरीज़ का नाम",
    "اسم المريض", "اسم المريضة", "المريض", "患者", "患者姓名", "病人姓名", "patientin", "betrifft", "paciente",
    "nom du patient", "paziente", "patiënt", "пациент",
)  # fmt: skip
# The same where the name may be anybody's.
NAME_LABELS = ("name", "full name", "surname", "enw", "imię i nazwisko", "नाम", "الاسم", "姓名", "nombre", "nom", "имя")

SALUTATIONS = (
    "dear", "annwyl", "szanowna", "szanowny", "प्रिय", "आदरणीय", "عزيزتي", "عزيزي", "الأستاذة", "尊敬的", "亲爱的",
    "sehr geehrte", "sehr geehrter", "liebe", "lieber", "chère", "cher", "estimada", "estimado", "gentile", "geachte",
    "prezada", "prezado", "уважаемая", "уважаемый", "a chara", "sayın", "stimată",
    "stimate",
)  # fmt: skip

# Titles that say nothing of an office. `AFTER_NAME` are those that follow the name.
CIVIL_TITLES = (
    "mr", "mrs", "ms", "miss", "mx", "master", "mstr", "y fns", "pan", "pani", "frau", "herr", "madame", "monsieur",
    "mme", "señora", "señor", "sra", "sr", "doña", "don", "signora", "signor", "mevrouw", "meneer", "dhr", "mevr",
    "senhora", "senhor", "श्रीमती", "श्री", "सुश्री", "कुमारी", "السيدة", "السيد", "الآنسة", "bayan", "bay", "doamna",
    "domnul", "г-жа", "г-н",
)  # fmt: skip
AFTER_NAME = ("女士", "先生", "小姐")
DOCTOR_TITLES = ("dr", "doctor", "prof", "professor", "डॉ", "डॉक्टर", "الدكتور", "الدكتورة", "lek")

# Words that stand where a name would, in forms and in letters to everybody.
NO_NAMES = frozenset(
    """
    sir madam sirs colleague colleagues patient patients parent parents guardian guardians carer carers doctor doctors
    name surname forename firstname lastname title initials recipient addressee applicant all team friend friends member
    visitor volunteer resident relative family customer client user reader everyone consultant insert example sample
    claf rieni gyfaill bawb gydweithiwr pacjent pacjentka pacjencie rodzicu koleżanko kolego państwo nazwisko imię
    doktorze patientin patienten eltern kollegin kollege damen herren name vorname nachname paciente compañero
    compañera nombre apellido apellidos colega nom prénom patiente collègue महोदय महोदया मरीज़ मरीज रोगी चिकित्सक
    अभिभावक माता पिता नाम
    المريض المريضة الزميل الزميلة الدكتور الأهل ولي الاسم المراجع 医生 患者 病人 同事 家长 家属 姓名 先生 女士 您 主任
    """.split()
)

# A number of years before these is an age.
AGE_WORDS = (
    "year old", "years old", "yr old", "years of age", "yo", "mlwydd oed", "oed", "letni", "letnia", "letniego",
    "letniej", "jährige", "jähriger", "jährigen", "ans", "años", "anni", "वर्षीय", "साल की", "साल के", "عاما", "سنة",
    "岁",
)  # fmt: skip
# After an age, these are one person.
PEOPLE_WORDS = (
    "lady", "gentleman", "woman", "man", "female", "male", "girl", "boy", "patient", "baby", "infant", "child",
    "african", "caucasian", "white", "black", "asian", "hispanic", "right handed", "retired",
)  # fmt: skip

# Said of a patient in the case at hand; leaflets speak of patients.
COURSE_PHRASES = (
    "the patient was", "the patient had", "the patient has", "the patient is", "the patient denies",
    "the patient reports", "the patient states", "the patient underwent", "the patient tolerated",
    "the patient presents", "the patient presented", "the patient complains", "this patient", "on examination",
    "past medical history", "no known allergies", "no known drug allergies", "physical examination", "was prepped",
    "under our care", "was admitted", "was discharged",
)  # fmt: skip

# Units of what is measured in or given to a person.
UNITS = (
    "mg", "mcg", "microgram", "micrograms", "µg", "g", "kg", "g/l", "g/dl", "mg/dl", "mg/l", "ml", "cc", "mm", "cm",
    "mmol/l", "mmol/mol", "micromol/l", "pmol/l", "nmol/l", "iu/l", "units", "mmhg", "bpm", "stones", "pounds",
    "centimeters", "centimetres", "millimetres", "milligrams", "weeks", "puffs", "kilogrammes",
    "मि.ग्रा", "मि.मी", "किलो", "ملغ", "ملم", "كغ", "毫克", "毫米", "公斤", "厘米", "克每升", "毫升", "мг", "мм", "кг",
)  # fmt: skip

# Words before a number that make it an office's, a firm's or a book's, and not a person's.
OFFICE_WORDS = (
    "tel", "telephone", "phone", "fax", "mobile", "ring", "call", "text", "line", "switchboard", "helpline", "bleep",
    "extension", "ext", "dial", "isbn", "issn", "isrctn", "charity", "company", "registered", "registration", "vat",
    "gmc", "nmc", "gphc", "hcpc", "account", "sort code", "iban", "invoice", "order", "code", "leaflet", "version",
    "job",
    "ffôn", "ffacs", "ffoniwch", "elusen", "telefon", "telefonu", "rejestracja", "nip", "regon", "krs", "rachunek",
    "bankowy", "nr konta", "telefax", "hrb", "teléfono", "fono", "cif", "फ़ोन", "फोन", "हेल्पलाइन", "दूरभाष",
    "هاتف", "الهاتف", "فاكس", "الرقم المجاني", "جوال", "电话", "热线", "传真", "手机", "téléphone",
    "телефон", "telefono",
)  # fmt: skip
