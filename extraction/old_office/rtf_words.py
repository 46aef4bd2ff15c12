"""Tokens and control words of RTF (Word 2007's specification 1.9.1) that matter for text."""

from __future__ import annotations

import re
from enum import StrEnum


class Story(StrEnum):
    """Where text belongs; in the order in which it is read."""

    HEADER = "header"
    MAIN = "main"
    NOTE = "note"
    COMMENT = "comment"
    BOX = "box"
    FOOTER = "footer"
    # What programs skip: groups of a kind that they do not know, remarks of the document, entries of its index.
    UNSEEN = "unseen"


# Words that stand for characters.
CHARACTERS = {
    **dict.fromkeys((b"par", b"line", b"row", b"nestrow", b"sect", b"page", b"column", b"lbr", b"softline"), "\n"),
    **dict.fromkeys((b"tab", b"cell", b"nestcell"), "\t"),
    **dict.fromkeys((b"emspace", b"enspace", b"qmspace"), " "),
    b"emdash": "\u2014",
    b"endash": "\u2013",
    b"bullet": "\u2022",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
}
SYMBOLS = {b"\\": "\\", b"{": "{", b"}": "}", b"~": " ", b"_": "-", b"\r": "\n", b"\n": "\n", b"\t": "\t"}
# Groups that hold text of their own, apart from the text in which they stand.
STORIES = {
    **dict.fromkeys((b"header", b"headerl", b"headerr", b"headerf"), Story.HEADER),
    **dict.fromkeys((b"footer", b"footerl", b"footerr", b"footerf"), Story.FOOTER),
    b"footnote": Story.NOTE,
    b"annotation": Story.COMMENT,
    **dict.fromkeys((b"shptxt", b"dptxbxtext"), Story.BOX),
    **dict.fromkeys((b"doccomm", b"comment", b"xe", b"tc", b"ffhelptext", b"ffstattext", b"docvar"), Story.UNSEEN),
}
# Groups behind "\*" whose text is shown, or whose groups are: programs skip others, as the star asks.
SHOWN = frozenset([b"shpinst", b"shppict", b"do", b"shp", b"shpgrp", b"fldrslt", b"pntxta", b"pntxtb", b"listtext"])
# Groups without text of the document, star or not.
SKIPPED = frozenset(
    b"""
    aftncn aftnsep aftnsepc atnauthor atndate atnicn atnid atnparent atnref atntime atrfend atrfstart background bkmkend
    bkmkstart blipuid colorschememapping colortbl comment datafield datastore defchp defpap docvar ebcend ebcstart
    factoidname falt fchars ffdeftext ffentrymcr ffexitmcr ffformat ffhelptext ffname ffstattext file filetbl
    fldtype fontemb fontfile fname ftncn ftnsep ftnsepc g gridtbl hl hlinkbase htmltag keycode latentstyles
    lchars levelnumbers leveltext lfolevel linkval list listlevel listname listoverride listoverridetable listpicture
    liststylename listtable lsdlockedexcept mailmerge mhtmltag mmathPr nesttableprops nextfile nonesttables objalias
    objclass objname objsect objtime oldcprops oldpprops oldsprops oldtprops oleclsid panose password passwordhash pgp
    pgptbl picprop pnseclvl private propname protend protstart protusertbl pxe revtbl rsidtbl rxe staticval
    stylesheet tc themedata txe userprops wgrffmtfilter windowcaption writereservation writereservhash xe xform
    xmlattrname xmlattrvalue xmlclose xmlname xmlnstbl xmlopen shprslt
    """.split()
)
# Those of them that hold no paragraph: one with a paragraph in it has lost its end.
TABLES = frozenset([b"colortbl", b"stylesheet", b"listtable", b"listoverridetable", b"rsidtbl", b"latentstyles"])
# Groups of the document's own facts, and what each is of an `Origin`.
FACTS = {
    b"title": "title",
    b"subject": "subject",
    b"keywords": "keywords",
    b"author": "author",
    b"operator": "last_author",
    b"company": "organisation",
    b"template": "template",
    b"generator": "tool",
}
TIMES = {b"creatim": "created", b"revtim": "modified"}
TIME_PARTS = (b"yr", b"mo", b"dy", b"hr", b"min", b"sec")
CODE_PAGES = {b"ansi": "cp1252", b"mac": "mac-roman", b"pc": "cp437", b"pca": "cp850"}
PICTURES = {
    b"pngblip": "png",
    b"jpegblip": "jpg",
    b"emfblip": "emf",
    b"wmetafile": "wmf",
    b"dibitmap": "bmp",
    b"macpict": "pict",
}

# Words of fonts' looks and of paragraphs' shapes, half of all tokens: read over at once, as many as follow each other.
_LOOKS = rb"""
    (?:\\(?:loch|hich|dbch|ltrch|rtlch|ltrpar|af|afs|alang|lang|langfe|langnp|langfenp|noproof|fs|cf|cb|highlight|b|i|ul|ulnone
    |kerning|charrsid|insrsid|pararsid|rsid|pard|s|cs|q[lrcj]|li|ri|lin|rin|fi|sa|sb|sl|slmult|widctlpar|hyphpar|intbl|itap
    |wrapdefault|aspalpha|aspnum|faauto|adjustright|cgrid|lsdpriority|lsdlocked|brdr[a-z]+|cl[a-z]+|tr(?!owd)[a-z]+|cellx
    )(?![a-zA-Z])(?:-?\d{1,10})?[ ]?)++
"""
TOKEN = re.compile(
    _LOOKS
    + rb"""
    |([^\\{}\r\n]+)|\\([a-zA-Z]{1,40})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|([{}])|[\r\n]+|\\(.)
    """,
    re.DOTALL | re.VERBOSE,
)
# Up to the next brace, or binary part, of a group that is left out.
BRACES = re.compile(rb"(?:[^\\{}]|\\(?!bin\d).)*+(?:([{}])|\\bin(\d{1,10}) ?)", re.DOTALL)
# What tells, behind a last brace, that the document goes on.
GOES_ON = re.compile(rb"\\(?:pard?|plain|cell|row|fs\d+|f\d+)(?![a-zA-Z])")
PARAGRAPH = re.compile(rb"\\par(?![a-zA-Z])")
