# ruff: noqa: E501 - lines of listings stand here as servers write them
from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.listings import parse_ftp_line
from crawler.listings.ftp_lines import LONGEST_LINE, FtpLineKind, read_ftp_line
from documents.records import EntryKind, ModifiedSource

TODAY = date(2026, 11, 22)
FOLDER = "ftp://files.example/letters/"
FILE, DIRECTORY, LINK = EntryKind.FILE, EntryKind.DIRECTORY, EntryKind.LINK

# Lines in the forms that servers document, each with name, kind, size and time of what it says.
LINES = [
    # MLSD, RFC 3659
    ("type=file;size=5120;modify=20230102034500; clinic letter.doc", "clinic letter.doc", FILE, 5120, "2023-01-02 03:45:00+00:00"),
    ("Type=DIR;Modify=20230102034500.123;UNIX.mode=0755; Typed", "Typed", DIRECTORY, None, "2023-01-02 03:45:00+00:00"),
    ("size=7;type=file; a;b; c.txt", "a;b; c.txt", FILE, 7, None),
    ("type=file;size=7;  two before.txt ", " two before.txt ", FILE, 7, None),
    ("type=OS.unix=slink:/data/letters;perm=; current", "current", LINK, None, None),
    ("type=file;size=18446744073709551616; nonsense.bin", "nonsense.bin", FILE, None, None),
    ("type=file;modify=20231345000000; no such day.doc", "no such day.doc", FILE, None, None),
    ("type=file;size=9 without.doc", "without.doc", FILE, 9, None),
    # Unix
    ("-rw-r--r--   1 ftp      ftp         20480 Mar  2 15:13 letter.doc", "letter.doc", FILE, 20480, "2026-03-02 15:13:00"),
    ("-rw-r--r--   1 ftp      ftp         20480 Dec 24 15:13 letter.doc", "letter.doc", FILE, 20480, "2025-12-24 15:13:00"),
    ("-rw-r--r--   1 ftp      ftp         20480 Nov 23 23:59 letter.doc", "letter.doc", FILE, 20480, "2026-11-23 23:59:00"),
    ("-rw-r--r--   1 ftp      ftp         20480 Feb 29 08:00 leap.doc", "leap.doc", FILE, 20480, "2024-02-29 08:00:00"),
    ("drwxr-xr-x+  4 0        0            4096 Jan  5  2021 Dr Smith", "Dr Smith", DIRECTORY, 4096, "2021-01-05 00:00:00"),
    ("drwxr-sr-t@  4 0        0            4096 Jan  5  2021 sticky", "sticky", DIRECTORY, 4096, "2021-01-05 00:00:00"),
    ("-rw-rw-rw-   1 John Q Public staff      77 Oct 12  2003 2 Mar 15:13 x.txt", "2 Mar 15:13 x.txt", FILE, 77, "2003-10-12 00:00:00"),
    ("-rw-r--r--   1 ftp            5000000000 Oct 12  2003 big.zip", "big.zip", FILE, 5_000_000_000, "2003-10-12 00:00:00"),
    ("-rw-r--r-- 1 typist transcription123456 Apr 9 2008 day.doc", "day.doc", FILE, 123456, "2008-04-09 00:00:00"),
    ("lrwxrwxrwx   1 root root 7 Jan  5  2021 a -> b -> usr/bin", "a -> b", LINK, 7, "2021-01-05 00:00:00"),
    ("-rw-r--r--   1 root system 53 Apr 08 1994  aix.txt", "aix.txt", FILE, 53, "1994-04-08 00:00:00"),
    ("-rw-r--r--   1 ftp ftp 3 Apr  4 24:00 midnight.txt", "midnight.txt", FILE, 3, "2026-04-05 00:00:00"),
    ("drwxr-x---+1464 typist group 41472 Feb 25 13:17 20090225", "20090225", DIRECTORY, 41472, "2026-02-25 13:17:00"),
    ("lrwxrwxrwx   1 root root 11 Jan  5  2021 latest -> ../2021/new", "latest", LINK, 11, "2021-01-05 00:00:00"),
    ("-rw-r--r--   1 ftp ftp 9 Jan  5  2021 a -> b.txt", "a -> b.txt", FILE, 9, "2021-01-05 00:00:00"),
    ("brw-rw----   1 root disk 8,   0 Jan  5  2021 sda", "sda", FILE, None, "2021-01-05 00:00:00"),
    ("-rw-r--r-- 1 ftp ftp 33.5k Jan  5  2021 short.doc", "short.doc", FILE, 34304, "2021-01-05 00:00:00"),
    ("-rw-r--r--   1 ftp ftp 12 2023-01-02 03:04 iso.txt", "iso.txt", FILE, 12, "2023-01-02 03:04:00"),
    ("-rw-r--r-- 1 u g 12 2023-01-02 03:04:05.000000000 +0100 full.txt", "full.txt", FILE, 12, "2023-01-02 03:04:05+01:00"),
    ("-rw-r--r--   1 ftp ftp 12 5. Mai 2019 brief.doc", "brief.doc", FILE, 12, "2019-05-05 00:00:00"),
    ("-rw-r--r--   1 ftp ftp 12 12 févr. 09:15 lettre.doc", "lettre.doc", FILE, 12, "2026-02-12 09:15:00"),
    ("-rw-r--r--   1 ftp ftp 12 3 мая 2011 письмо.doc", "письмо.doc", FILE, 12, "2011-05-03 00:00:00"),
    ("-rw-r--r--   1 ftp ftp 12 12月  3日 09:15 手紙.doc", "手紙.doc", FILE, 12, "2025-12-03 09:15:00"),
    ("-rw-r--r--   1 ftp ftp 12 2019年 3月 4日 手紙.doc", "手紙.doc", FILE, 12, "2019-03-04 00:00:00"),
    ("-rw-r--r--   1 ftp ftp 12 Jan  5 10:11:12 2021 bsd.txt", "bsd.txt", FILE, 12, "2021-01-05 10:11:12"),
    ("  131074   8 -rw-r--r--   1 ftp ftp 12 Jan  5  2021 inode.txt", "inode.txt", FILE, 12, "2021-01-05 00:00:00"),
    ("-rw-r--r--   1 ftp ftp 12 Jan  5  2021   two before.txt ", "  two before.txt ", FILE, 12, "2021-01-05 00:00:00"),
    ("d [RWCEAFMS] jsmith                     512 Jan 16  2004    login", "login", DIRECTORY, 512, "2004-01-16 00:00:00"),
    ("-C--E-----FTP B ACME01      1812   500000 Aug 12  2009 BATCH01", "BATCH01", FILE, 500000, "2009-08-12 00:00:00"),
    ("-------r--         326  1391972  1392298 Nov 22  1995 Letter 4", "Letter 4", FILE, 1392298, "1995-11-22 00:00:00"),
    ("0100644   500  101   12345    1500000000       numbers.txt", "numbers.txt", FILE, 12345, "2017-07-14 02:40:00+00:00"),
    # EPLF
    ("+i8388621.48594,m1500000000,r,s280,\tletter 1.txt", "letter 1.txt", FILE, 280, "2017-07-14 02:40:00+00:00"),
    ("+i8388621.50690,m1500000000,/,\tletters", "letters", DIRECTORY, None, "2017-07-14 02:40:00+00:00"),
    # DOS and IIS
    ("05-20-97  03:31PM                  681 letter.doc", "letter.doc", FILE, 681, "1997-05-20 15:31:00"),
    ("05-20-2014  12:31AM       <DIR>          Typed Letters", "Typed Letters", DIRECTORY, 0, "2014-05-20 00:31:00"),
    ("20.05.2014  15:31          1,234,567 brief.doc", "brief.doc", FILE, 1234567, "2014-05-20 15:31:00"),
    ("2014-05-20  15:31       <JUNCTION>     old [D:\\old]", "old", LINK, None, "2014-05-20 15:31:00"),
    ("2014-05-20  15:31              1.234 brief.doc", "brief.doc", FILE, 1234, "2014-05-20 15:31:00"),
    # OS/2
    ("     0           DIR   05-12-97   16:52  Maintenance Desktop", "Maintenance Desktop", DIRECTORY, 0, "1997-05-12 16:52:00"),
    (" 33280      A          02-09-103  13:49  LETTER.TXT", "LETTER.TXT", FILE, 33280, "2003-02-09 13:49:00"),
    # VMS
    ("LETTER.TXT;12   9/12   2-JAN-2023 03:45:10  [GRP,OWN]  (RWED,RWED,,)", "LETTER.TXT", FILE, 4608, "2023-01-02 03:45:10"),
    ("TYPED.DIR;1       1    2-JAN-2023 03:45 [OWN] (RWE,RWE,RE,RE)", "TYPED", DIRECTORY, 1, "2023-01-02 03:45:00"),
    ("LONG_NAME.TXT;1\r\n     4/15    24-FEB-2003 13:17:24  [OWN]  (RWED,RWED,RE,)", "LONG_NAME.TXT", FILE, 2048, "2003-02-24 13:17:24"),
    ("SECRET.TXT;1  %RMS-E-PRV, insufficient privilege or file protection violation", "SECRET.TXT", FILE, None, None),
    # OS/400
    ("QPGMR   36864 18.09.06 14:21:26 *STMF  /QDLS/TYPED/LETTER.PDF", "LETTER.PDF", FILE, 36864, None),
    ("QPGMR   36864 25/09/18 14:21:26 *DIR   typed/", "typed", DIRECTORY, 36864, None),
    ("QPGMR                           *MEM   LETTERS.FILE/JAN.MBR", "LETTERS.FILE/JAN.MBR", FILE, None, None),
    # z/OS
    ("SAVE00 3390   2004/06/23  1   15  FB     128  6144  PS  TYPED.LETTERS.D0617", "TYPED.LETTERS.D0617", FILE, 849960, "2004-06-23 00:00:00"),
    ("SAVE00 3390   **NONE**    1   15  FB     128  6144  PO  TYPED.LIB", "TYPED.LIB", DIRECTORY, None, None),
    ("LETTER1   01.03 2002/09/12 2002/10/11 09:37    11    11     0 KIL001", "LETTER1", FILE, None, "2002-10-11 09:37:00"),
    ("PRINTER   005F48   000011        00 FO             RN RU            31    ANY", "PRINTER", FILE, 24392, None),
    ("LETTER2", "LETTER2", FILE, None, None),
    ("TYPIST  JOB01906 TYPIST   OUTPUT A        RC=0000 3 spool files", "JOB01906", FILE, None, None),
    ("Migrated                                                  OLD.LETTERS", "OLD.LETTERS", FILE, None, None),
    # others
    ('LETTER3 101 528 12-Jan-14 14:21:18 255, 0 "oooo"', "LETTER3", FILE, 528, "2014-01-12 14:21:18"),
    ("LETTER   SCRIPT   F        80      107        2 2005-10-04 15:28:42 TYP191", "LETTER.SCRIPT", FILE, 8560, "2005-10-04 15:28:42"),
    ("206876  Apr 04, 2000 21:06 letter 4.doc", "letter 4.doc", FILE, 206876, "2000-04-04 21:06:00"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "name", "kind", "size", "modified"), LINES, ids=lambda value: str(value)[:40])
def test_a_line_says_what_it_says(
    line: str, name: str, kind: EntryKind, size: int | None, modified: str | None
) -> None:
    entry = read_ftp_line(line, url=FOLDER, today=TODAY).entry
    assert entry is not None
    assert (entry.name, entry.kind, entry.size) == (name, kind, size)
    assert str(entry.modified) == str(modified)
    assert entry.parent == FOLDER


@pytest.mark.parametrize(
    "line",
    [
        "", "   ", "total 17904", "insgesamt 12", "总用量 4", "total 4.0K",
        "Directory USER1:[TEMP]", "Total of 3 files, 12 blocks.", "Grand total of 1 directory, 3 files.",
        "Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname", " Name     VV.MM   Created       Changed      Size",
        "JOBNAME  JOBID    OWNER    STATUS CLASS", "File         Code             EOF  Last Modification",
    ],
)  # fmt: skip
def test_a_header_is_nothing(line: str) -> None:
    assert read_ftp_line(line, url=FOLDER, today=TODAY).kind is FtpLineKind.NOTHING
    assert parse_ftp_line(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "ftpd: .: Permission denied", "garbage in, garbage out", "-rw-r--r-- 1 ftp ftp",
        "drwxr-xr-x   2 root     99           4096 Feb 23 30:01 damaged", "drwxr-xr-x 2 root root 4096 Aug 36  2001 damaged",
        "-rw-r--r--   1ftp       nogroup    126552 Jan 22  2001 damaged.zip", "drwxr-xr-x 3 ftp ftp 4096 May 15 18:11",
        "type=file;size=7;", "Type=dir;Size; damaged", "modify=2014; damaged", "99-25-10  12:00AM   0   no such month",
        "LETTER.TXT;1   a/9    2-JUN-1998 07:32:04  [GROUP,OWNER]    (RWED,RWED,RWED,)", "x" * (LONGEST_LINE + 1),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_told_apart_from_headers(line: str) -> None:
    assert read_ftp_line(line, url=FOLDER, today=TODAY).kind is FtpLineKind.UNPARSED
    assert parse_ftp_line(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "drwxr-xr-x  31 user1  user1      1024 Sep 27  2011 ..", "Type=cdir;Modify=20141022065103; /letters",
        "type=pdir;modify=20141022065103; /", "05-20-14  03:31PM       <DIR>          .",
    ],
)  # fmt: skip
def test_the_folder_itself_leads_nowhere_new(line: str) -> None:
    found = read_ftp_line(line, url=FOLDER, today=TODAY)
    assert found.kind is FtpLineKind.ITSELF
    assert found.entry is not None
    assert found.entry.kind is DIRECTORY


def test_a_name_keeps_its_bytes() -> None:
    raw = b"-rw-r--r-- 1 ftp ftp 12 Jan  5  2021 M\xfcller 100% #1?.doc"
    entry = read_ftp_line(raw.decode("utf-8", "surrogateescape"), url=FOLDER, today=TODAY).entry
    assert entry is not None
    assert entry.name == "Müller 100% #1?.doc"
    assert entry.url.isascii()
    assert unquote_to_bytes(entry.url.removeprefix(FOLDER)) == b"M\xfcller 100% #1?.doc"


@pytest.mark.parametrize(
    "raw",
    [
        "8月 17日 2003年".encode("shift-jis"), "8月 17日 2003年".encode("euc-jp"), "8月 17 2003".encode("gbk"),
        "8월 17 2003".encode("euc-kr"), "2003년 8월 17일".encode("euc-kr"), "17 août 2003".encode("cp1252"),
        "août 17 2003".encode("cp850"), "17 авг 2003".encode("cp1251"), "17 авг 2003".encode("koi8-r"),
    ],
)  # fmt: skip
def test_months_in_old_charsets(raw: bytes) -> None:
    line = (b"-rw-r--r--   1 root  sys  8473 " + raw + b" letter.doc").decode("utf-8", "surrogateescape")
    entry = read_ftp_line(line, url=FOLDER, today=TODAY).entry
    assert entry is not None
    assert (entry.name, entry.size, entry.modified) == ("letter.doc", 8473, datetime(2003, 8, 17))  # noqa: DTZ001


def test_a_folder_has_its_slash_and_a_hostile_name_stays_below_its_folder() -> None:
    folder = read_ftp_line("type=dir; a b", url=FOLDER, today=TODAY).entry
    assert folder is not None
    assert folder.url == FOLDER + "a%20b/"
    climber = read_ftp_line("type=file; ../../etc/passwd", url=FOLDER, today=TODAY).entry
    assert climber is not None
    assert climber.url == FOLDER + "passwd"
    listed = read_ftp_line("-rw-r--r-- 1 f g 1 Jan  5  2021 /etc/../../shadow", url=FOLDER, today=TODAY).entry
    assert listed is not None
    assert listed.url == FOLDER + "shadow"
    assert read_ftp_line("drwxr-xr-x 1 f g 1 Jan  5  2021 ../..", url=FOLDER).kind is FtpLineKind.ITSELF
    for name in ("..\\..\\win.ini", "a\\..\\..\\b", "x\rDELE y", "x\0y"):
        found = read_ftp_line(f"-rw-r--r-- 1 f g 1 Jan  5  2021 {name}", url=FOLDER, today=TODAY)
        assert found.special, name
    hostile = read_ftp_line("-rw-r--r-- 1 f g 1 Jan  5  2021 ..\\x\x1b[2J\u202e?a=/b", url=FOLDER, today=TODAY).entry
    assert hostile is not None
    assert "/" not in hostile.url.removeprefix(FOLDER)
    assert hostile.url.isascii()


def test_times_say_what_they_were_read_from() -> None:
    fact = parse_ftp_line("type=file;modify=20230102034500; a")
    text = parse_ftp_line("-rw-r--r-- 1 f g 1 Jan  5  2021 a")
    assert fact is not None
    assert text is not None
    assert (fact.modified_source, text.modified_source) == (ModifiedSource.MLSD, ModifiedSource.LIST)
    assert fact.modified == datetime(2023, 1, 2, 3, 45, tzinfo=UTC)
    assert text.modified is not None
    assert text.modified.tzinfo is None
    assert fact.url == "a"


def test_sizes_say_how_exact_they_are() -> None:
    blocks = parse_ftp_line("LETTER.TXT;1  9/12  2-JAN-2023 03:45")
    lone = parse_ftp_line("LETTER.TXT;1  9  2-JAN-2023 03:45")
    rounded = parse_ftp_line("-rw-r--r-- 1 f g 33.5k Jan  5  2021 a")
    assert blocks is not None
    assert lone is not None
    assert rounded is not None
    assert (blocks.size, blocks.size_exact, blocks.size_error) == (4608, False, 511)
    # Nine blocks, or nine bytes: the error holds both.
    assert (lone.size, lone.size_exact, lone.size_error) == (9, False, 9 * 511)
    assert (rounded.size, rounded.size_exact, rounded.size_error) == (34304, False, 51)


def test_what_is_no_file_is_named_and_never_fetched() -> None:
    for line in (
        "crw-r----- 1 root kmem 0, 27 Jan  5  2021 kmem", "prw-r--r-- 1 f g 0 Jan  5  2021 pipe",
        "type=OS.unix=blk-11/108; block", "V43525 Tape                    ON.TAPE", "Migrated    OLD.LETTERS",
    ):  # fmt: skip
        assert read_ftp_line(line, url=FOLDER, today=TODAY).special


def test_the_target_of_a_link_is_told() -> None:
    listed = read_ftp_line("lrwxrwxrwx 1 r r 11 Jan  5  2021 now -> ../new", url=FOLDER, today=TODAY)
    fact = read_ftp_line("type=OS.unix=slink:/data/new; now", url=FOLDER, today=TODAY)
    assert (listed.target, fact.target) == ("../new", "/data/new")


def test_a_wrapped_line_of_vms() -> None:
    assert read_ftp_line("LONG_NAME_OF_A_LETTER.COM;12", url=FOLDER, today=TODAY).kind is FtpLineKind.CONTINUES


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_line_raises(line: str) -> None:
    read_ftp_line(line, url=FOLDER, today=TODAY)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([line for line, *_ in LINES]), st.data())
def test_no_damaged_line_raises(line: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(line)))
    taken = data.draw(st.integers(0, 4))
    put = data.draw(st.text(alphabet=" 0123456789-:;=,[]()/.\t\udc8fMar月", max_size=4))
    found = read_ftp_line(line[:at] + put + line[at + taken :], url=FOLDER, today=TODAY)
    if found.entry is not None:
        assert found.entry.name
        assert "/" not in found.entry.url.removeprefix(FOLDER).removesuffix("/")
        assert found.entry.url.isascii()


PIECES = [
    "a",
    " ",
    "1",
    "1 ",
    "a ",
    "a1",
    "9-",
    "1:",
    ";",
    "=",
    "a=1;",
    ",",
    "[",
    "(",
    "é",
    "\udc8e",
    "1月",
    "-> ",
    "Mar ",
    "Mar 2 ",
    "\t",
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    "head", ["", "-rw-r--r-- 1 f g ", "A.TXT;1 ", "05-20-97  03:31PM ", "SAVE00 3390 ", "type=file;", "+", "A 1 "]
)
def test_the_work_for_a_line_grows_with_its_length(head: str, piece: str) -> None:
    """Ten thousand characters of one piece: an expression that tries again from each place would take minutes."""
    line = (head + piece * LONGEST_LINE)[:10_000]
    read_ftp_line(line, url=FOLDER, today=TODAY)
    read_ftp_line(line + "!", url=FOLDER, today=TODAY)


CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "ftp_lines.json"
# Of the lines that one dialect's parser takes, how many are right in name, size and kind. What is wrong here: a header,
# a total and a blank line that their projects take for names, `.DIR` that one of two keeps, and two sizes of VMS that
# one of them counts in blocks of 512 kB.
ACCEPTED_FLOOR = 0.96


@pytest.mark.skipif(not CORPUS.is_file(), reason="the corpus of FTP lines lies outside the project")
def test_lines_of_other_projects() -> None:
    kinds = {None: tuple(EntryKind), "dir": (DIRECTORY,), "file": (FILE,), "link": (LINK,)}
    asked = right = 0
    for row in json.loads(CORPUS.read_text()):
        if not row["accept"] or "not truth" in row["note"]:
            continue
        entry = parse_ftp_line(row["line"])
        asked += 1
        right += (
            entry is not None
            and row["name"] in (None, entry.name)
            and row["size"] in (None, entry.size)
            and entry.kind in kinds[row["type"]]
        )
    assert right / asked >= ACCEPTED_FLOOR, (right, asked)
