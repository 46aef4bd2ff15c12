"""The walk over RTF's tokens: groups, characters and bytes. No recursion, one step a token."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from extraction.old_office import code_pages, rtf_fonts
from extraction.old_office.doc_text import shown_instruction
from extraction.old_office.rtf_blobs import Blob
from extraction.old_office.rtf_forms import FORM_WORDS, FormField
from extraction.old_office.rtf_words import (
    BRACES,
    CHARACTERS,
    CODE_PAGES,
    FACTS,
    GOES_ON,
    PARAGRAPH,
    PICTURES,
    SHOWN,
    SKIPPED,
    STORIES,
    SYMBOLS,
    TABLES,
    TIME_PARTS,
    TIMES,
    TOKEN,
    Story,
)

_TEXT, _WORD, _NUMBER, _HEX, _BRACE, _SYMBOL = 1, 2, 3, 4, 5, 6
# Groups inside groups of which each has a state of its own. Word nests some 30; beyond it they share the last one's.
MAX_DEPTH = 5000
# Words, braces and runs of text of one document: a letter has 3,000, a file of 1,000 pages 3 million, in 5 s.
MAX_TOKENS = 5_000_000
# Fallback characters behind a character's number. Writers use up to 4.
_MAX_FALLBACK = 64
# Characters of a title or a name that are kept.
_MAX_FACT = 1000
# Bytes behind a document: what fills the last block of a disk, and how many others are no file that is hidden there.
_PADDING = b"\x00\x1a \t\r\n}"
_JUNK = 64
_WORD_ART = "gtextUNICODE"


class _Group:
    """State that ends with a group. `out` is where text goes, `outer` where it went before; None = nowhere."""

    __slots__ = ("blob", "codec", "done", "fallback", "out", "outer")

    def __init__(self) -> None:
        self.out: list[str] | None = None
        self.outer: list[str] | None = None
        self.codec = code_pages.USUAL
        self.fallback = 1
        self.blob: Blob | None = None
        self.done: Callable[[], None] | None = None

    def inner(self) -> _Group:
        group = _Group()
        group.out, group.outer, group.codec = self.out, self.outer, self.codec
        group.fallback, group.blob = self.fallback, self.blob
        return group


class RtfParser:
    """Attributes are filled by `run`.

    Attributes:
        stories: texts as lists of parts.
        blobs: pictures and objects, in order.
        facts: fields of an `Origin`.
        open_groups: the file ends inside of groups.
        damaged: a table without an end had text in it.
        behind: something else stands behind the document.
        spent: it has more than `MAX_TOKENS`, and was not read to its end.
    """

    def __init__(self, data: bytes) -> None:
        self.stories: dict[Story, list[list[str]]] = {story: [] for story in Story}
        self.blobs: list[Blob] = []
        self.facts: dict[str, str] = {}
        self.open_groups = False
        self.spent = False
        self.behind = False
        self.damaged = False
        self._data = data
        self._at = 0
        self._stack: list[_Group] = []
        self._group = _Group()
        self._group.out = self._story(Story.MAIN)
        self._bytes = bytearray()
        self._pending = 0  # fallback characters still to be left out
        self._star = False
        self._deeper = 0  # groups inside the deepest that has a state of its own
        self._default = code_pages.USUAL
        self._default_font = 0
        self._fonts: dict[int, str] = {}
        self._shape_name: list[str] = []
        self._form = FormField()
        self._time: dict[bytes, int] | None = None
        self._raw_utf8 = rtf_fonts.is_utf8(data)
        self._words = self._handlers()

    def _handlers(self) -> dict[bytes, Callable[[int | None], None]]:
        """Of words that change the state, or open a group of a kind of its own."""
        return {
            b"f": self._font,
            b"plain": lambda _: self._font(self._default_font),
            b"deff": self._set_default_font,
            b"u": self._unicode,
            b"uc": self._set_fallback,
            b"bin": self._binary,
            b"ansicpg": self._code_page,
            b"fonttbl": lambda _: self._font_table(),
            b"upr": lambda _: self._open(None),  # once for programs without Unicode, and in `ud` for others
            b"ud": lambda _: self._unicode_form(),
            b"pict": lambda _: self._blob("pict"),
            b"objdata": lambda _: self._blob(""),
            b"nonshppict": lambda _: self._older_picture(),
            b"fldinst": lambda _: self._instruction(),
            b"fldrslt": lambda _: self._result(),
            b"formfield": lambda _: self._form_field(),
            b"ffl": lambda _: self._open(self._form.choice()),
            **{word: partial(self._form_value, word) for word in FORM_WORDS},
            b"info": lambda _: self._open(None),
            b"sn": lambda _: self._property_name(),
            b"sv": lambda _: self._property_value(),
        }

    def run(self) -> None:
        """Walk over all of it."""
        data, match, size = self._data, TOKEN.match, len(self._data)
        for _ in range(MAX_TOKENS):
            if self._at >= size:
                break
            token = match(data, self._at)
            if token is None:  # a lone backslash at the end
                break
            self._at = token.end()
            kind = token.lastindex
            if kind == _TEXT:
                self._text(token[_TEXT])
            elif kind in (_WORD, _NUMBER):
                self._word(token[_WORD], int(token[_NUMBER]) if token[_NUMBER] else None)
            elif kind == _HEX:
                self._hex(token[_HEX])
            elif kind == _BRACE:
                self._brace(token[_BRACE])
            elif kind == _SYMBOL:
                self._symbol(token[_SYMBOL])
        self._flush()
        self.spent = self._at < size - 1
        self.open_groups = bool(self._stack)

    def _text(self, text: bytes) -> None:
        group = self._group
        if group.blob is not None:
            group.blob.parts.append((text, False))
            return
        if self._pending:
            skipped = min(self._pending, len(text))
            self._pending -= skipped
            text = text[skipped:]
        if group.out is None or not text:
            return
        if self._raw_utf8 and not text.isascii():
            self._emit(text.decode("utf-8", "replace"))
        else:
            self._bytes += text

    def _hex(self, digits: bytes) -> None:
        if self._pending:
            self._pending -= 1
        elif self._group.out is not None:
            self._bytes.append(int(digits, 16))

    def _emit(self, text: str) -> None:
        """Behind the bytes that wait."""
        self._flush()
        if self._group.out is not None:
            self._group.out.append(text)

    def _flush(self) -> None:
        if self._bytes:
            if self._group.out is not None:
                self._group.out.append(rtf_fonts.decoded(bytes(self._bytes), self._group.codec))
            self._bytes.clear()

    def _symbol(self, symbol: bytes) -> None:
        self._pending = 0
        if symbol == b"*":
            self._star = True
        elif symbol in SYMBOLS:
            self._emit(SYMBOLS[symbol])

    def _unicode(self, number: int | None) -> None:
        code = (number or 0) & 0xFFFF if (number or 0) < 0 else (number or 0)
        if 0 < code <= 0x10FFFF:  # noqa: PLR2004 - the last character there is
            self._emit(rtf_fonts.character(code, self._group.codec))
        self._pending = self._group.fallback

    def _set_fallback(self, number: int | None) -> None:
        self._group.fallback = min(max(0, 1 if number is None else number), _MAX_FALLBACK)

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._pending, self._star = 0, False
        if brace == b"{":
            if len(self._stack) < MAX_DEPTH:
                self._stack.append(self._group)
                self._group = self._group.inner()
            else:
                self._deeper += 1
        elif self._deeper:
            self._deeper -= 1
        elif self._stack:
            ended, self._group = self._group, self._stack.pop()
            if ended.done is not None:
                ended.done()
            if not self._stack:
                self._at_end()

    def _at_end(self) -> None:
        """Behind the document: another one may follow, or the rest of this one, where a brace was closed too often."""
        following = self._data.find(b"{\\rtf", self._at)
        end = following if following >= 0 else len(self._data)
        if GOES_ON.search(self._data, self._at, end) is None:
            self.behind = self.behind or len(self._data[self._at : end].strip(_PADDING)) > _JUNK
            self._at = end

    def _word(self, word: bytes, number: int | None) -> None:
        star, self._star = self._star, False
        self._pending = 0
        if word in CHARACTERS:
            self._emit(CHARACTERS[word])
        elif word in STORIES:
            self._open(self._story(STORIES[word]))
        elif word in SKIPPED:
            if word == b"nesttableprops":
                self._emit("\n")  # holds the end of a row
            self._skip(in_tables=word in TABLES)
        elif handler := self._words.get(word):
            handler(number)
        elif word in FACTS or word in TIMES:
            self._fact(word)
        elif word in CODE_PAGES or word in PICTURES or word in TIME_PARTS:
            self._value(word, number or 0)
        elif star and word not in SHOWN:
            self._open(self._story(Story.UNSEEN))

    def _value(self, word: bytes, number: int) -> None:
        if word in CODE_PAGES:
            self._default = CODE_PAGES[word]
            self._set_codec(self._default)
        elif word in PICTURES and self._group.blob is not None:
            self._group.blob.ending = PICTURES[word]
        elif self._time is not None:
            self._time[word] = number

    def _story(self, story: Story) -> list[str]:
        parts: list[str] = []
        self.stories[story].append(parts)
        return parts

    def _open(self, out: list[str] | None) -> None:
        self._flush()
        self._group.outer, self._group.out = self._group.out, out

    def _skip(self, in_tables: bool = False) -> None:
        """Leave the rest of this group out, by its braces alone; tables of fonts and styles unless they hold text."""
        self._flush()
        if not self._stack:
            return
        depth, at = 1, self._at
        while depth:
            found = BRACES.match(self._data, at)
            if found is None:
                at = len(self._data) + 1
                break
            at = found.end()
            if found[2]:
                at += int(found[2])
            else:
                depth += 1 if found[1] == b"{" else -1
        if in_tables and PARAGRAPH.search(self._data, self._at, at):
            self.damaged = True  # its end is lost, and text would be left out with it
            return
        self._at = at - 1  # its closing brace

    def _unicode_form(self) -> None:
        self._flush()
        self._group.out = self._group.outer

    def _instruction(self) -> None:
        """A field's; few of them show a part of it."""
        target, parts = self._group.out, list[str]()

        def done() -> None:
            text = shown_instruction("".join(parts))
            if target is not None and text:
                target.append(text)

        self._open(parts)
        self._group.done = done

    def _form_field(self) -> None:
        self._form = FormField()
        self._open(None)

    def _form_value(self, word: bytes, number: int | None) -> None:
        self._form.values[word] = number or 0

    def _result(self) -> None:
        """A field's. Of a list to choose from it is empty."""
        out = self._group.out

        def done() -> None:
            if out is not None and not "".join(out[before:]).strip():
                out.append(self._form.chosen())
            self._form = FormField()

        before = len(out) if out is not None else 0
        self._group.done = done

    def _property_name(self) -> None:
        self._shape_name = []
        self._open(self._shape_name)

    def _property_value(self) -> None:
        name = "".join(self._shape_name).strip()
        self._open(self._story(Story.BOX) if name == _WORD_ART else None)

    def _fact(self, word: bytes) -> None:
        parts: list[str] = []
        times: dict[bytes, int] = {}

        def done() -> None:
            self._time = None
            value = "".join(parts).strip().rstrip(";") if word in FACTS else _moment(times)
            if value:
                self.facts.setdefault(FACTS.get(word) or TIMES[word], value[:_MAX_FACT])

        self._open(parts)
        self._time = times if word in TIMES else None
        self._group.done = done

    def _blob(self, ending: str) -> None:
        blob = Blob(ending)
        self.blobs.append(blob)
        self._open(None)
        self._group.blob = blob

        def done() -> None:
            blob.closed = True

        self._group.done = done

    def _older_picture(self) -> None:
        """The same picture once more, for older programs."""
        if self.blobs and self.blobs[-1].ending:
            self._skip()

    def _binary(self, size: int | None) -> None:
        end = min(self._at + max(0, size or 0), len(self._data))
        if self._group.blob is not None:
            self._group.blob.parts.append((self._data[self._at : end], True))
        self._at = end

    def _set_codec(self, codec: str) -> None:
        if codec != self._group.codec:
            self._flush()
            self._group.codec = codec

    def _code_page(self, number: int | None) -> None:
        self._default = code_pages.by_number(number or 0)
        self._set_codec(self._default)

    def _font(self, number: int | None) -> None:
        self._set_codec(self._fonts.get(number or 0, self._default))

    def _set_default_font(self, number: int | None) -> None:
        self._default_font = number or 0

    def _font_table(self) -> None:
        start = self._at
        self._skip(in_tables=True)
        self._fonts |= rtf_fonts.codecs_by_number(self._data[start : self._at])
        self._font(self._default_font)


def _moment(parts: dict[bytes, int]) -> str:
    year, month, day, hour, minute, second = (parts.get(name, 0) for name in TIME_PARTS)
    if not (1900 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31):  # noqa: PLR2004 - a date
        return ""
    return f"{year:04}-{month:02}-{day:02}T{hour % 24:02}:{minute % 60:02}:{second % 60:02}"
