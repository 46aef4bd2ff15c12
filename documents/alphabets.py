"""Letters beyond ASCII of the languages that letters are written in, the most frequent first, and charsets for them."""

from __future__ import annotations

# The order gives a letter's weight; capitals follow from it.
ALPHABETS = {
    "english": "éáíóúèïêâôöüëçàñûîäø",  # names and loan words, Irish fadas
    "welsh": "ôâêîŵŷûïáëöéẃòàìùẁ",
    "french": "éèàêçâîôùûïëœÿæ",
    "german": "üäößé",
    "spanish": "óíáéñúü¿¡",
    "italian": "èàùòìéó",
    "portuguese": "ãçáéóêíõâúàô",
    "nordic": "åäöøæéüâ",
    "icelandic": "áíðéþóöúýæ",
    "polish": "łęążśóćńź",
    "czech": "íáěéřýžčšůúóťďňäľĺŕô",
    "hungarian": "áéöőíüóúű",
    "romanian": "ăîţşâșț",
    "croatian": "čšžćđ",
    "turkish": "ıüşğçöİâî",
    "baltic": "ėšąžųįūęčāēīņļģķ",
    "cyrillic": "оеаинтсрвлкмдпуязыбьгчйхжшюцщэфъёіїєґјњљџћђ",
    "greek": "αοιετσνηυρπκμλςωγδόίάέθύήχφβώξζψϊϋ",
    "hebrew": "יוהלאתרבשמנםעדחקכפטגסזןצץךף",
    "arabic": "البيمونترسفعدةحكقجأهشىصخطزذضئءؤثغظإآ،؟پچژگ",
    "thai": "านรกอเงมยลวดทสตะปบคหแจพชขใไโผซธถฟศ้่ีัิืุ์ูำ็ึณฐญษภฉฝฎฏฆ๊ๆฤฑฌฒฮ",
}
_WEST = ("english", "french", "german", "spanish", "italian", "portuguese", "nordic", "icelandic", "welsh")
_MIDDLE = ("polish", "czech", "hungarian", "romanian", "croatian", "german")
# In this order: of two that read a text equally well, the one in wider use.
CHARSETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cp1252", _WEST),
    ("mac-roman", _WEST),
    ("cp850", _WEST),
    ("cp437", _WEST),
    ("cp1250", _MIDDLE),
    ("iso8859-2", _MIDDLE),
    ("cp852", _MIDDLE),
    ("mac-latin2", _MIDDLE),
    ("cp1254", ("turkish",)),
    ("cp857", ("turkish",)),
    ("mac-turkish", ("turkish",)),
    ("cp1257", ("baltic",)),
    ("iso8859-14", ("welsh",)),
    ("cp1251", ("cyrillic",)),
    ("koi8-r", ("cyrillic",)),
    ("koi8-u", ("cyrillic",)),
    ("cp866", ("cyrillic",)),
    ("iso8859-5", ("cyrillic",)),
    ("mac-cyrillic", ("cyrillic",)),
    ("cp855", ("cyrillic",)),
    ("cp1253", ("greek",)),
    ("iso8859-7", ("greek",)),
    ("cp737", ("greek",)),
    ("mac-greek", ("greek",)),
    ("cp1255", ("hebrew",)),
    ("cp862", ("hebrew",)),
    ("cp1256", ("arabic",)),
    ("iso8859-6", ("arabic",)),
    ("cp874", ("thai",)),
)
