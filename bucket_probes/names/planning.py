"""Which forms, separators and words one family of names is made of, for the keywords of one scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bucket_probes.names.forms import ByCost, Part, Plan, cost_of, pieces_of
from bucket_probes.names.keywords import Keyword
from bucket_probes.names.words import LANGUAGE_WORD, OWN_WORD, UNSPOKEN_LANGUAGE, Form, Weighted, Words

# The first year that a bucket may be named after; Amazon S3 is of 2006, and letters were not sent there at once.
FIRST_YEAR = 2010
# How likely a year is beside the one after it.
YEAR_DECAY = 0.75
# Classes that take the scope's own words.
_OWN_WORDS_IN = ("content", "container")
_KEYWORDS = ("keyword", "other")


@dataclass(frozen=True, slots=True)
class Means:
    """What names of one scope are made of.

    Attributes:
        keywords: those that leave something to write.
        own_words: the scope's.
        accounts: of Amazon, 12 digits.
        words: the lists.
        year: the last one that a bucket may be named after.
    """

    keywords: tuple[Keyword, ...]
    own_words: tuple[str, ...]
    accounts: tuple[str, ...]
    words: Words
    year: int


def plans_of(means: Means, families: Iterable[str], separators: Weighted) -> list[Plan]:
    """All plans of these families of forms.

    Args:
        means: see `Means`.
        families: such as `s3` and `amazon`.
        separators: what may stand between parts, with weights; none that the provider refuses.
    """
    planner = _Planner(means)
    forms = [form for family in families for form in means.words.forms[family]]
    highest = max(form.weight for form in forms)
    return [
        plan
        for form in forms
        for separator, share in _shares(_for(form, separators)).items()
        for plan in planner.plans(form, form.weight / highest * share, separator)
    ]


def _for(form: Form, separators: Weighted) -> Weighted:
    if form.separators is None:
        return separators
    return dict.fromkeys(form.separators, 1.0)


def _shares(weights: Weighted) -> dict[str, float]:
    total = sum(weights.values())
    return {text: weight / total for text, weight in weights.items()}


@dataclass(slots=True)
class _Planner:
    """Makes plans; texts that several of them need are made once."""

    means: Means
    _words: dict[str, Weighted] = field(default_factory=dict)
    _parts: dict[tuple[str, str, str, str, int], ByCost] = field(default_factory=dict)

    def plans(self, form: Form, likelihood: float, separator: str) -> Iterator[Plan]:
        """One for a form and separator; where the form has another keyword, one for each keyword."""
        pieces = pieces_of(form.text)
        chosen = range(len(self.means.keywords)) if any(slot == "other" for _, slot, _ in pieces) else [-1]
        for number in chosen:
            parts = tuple(self._each(pieces, separator, number))
            if parts and all(part.texts for part in parts):
                yield Plan(form, cost_of(likelihood), parts)

    def _each(self, pieces: list[tuple[str, str, str]], separator: str, chosen: int) -> Iterator[Part]:
        classes = [slot for _, slot, _ in pieces]
        for place, (before, slot, after) in enumerate(pieces):
            begins, ends = before.replace("~", separator), after.replace("~", separator)
            again = place > 0 and (classes[place - 1] == slot or slot == "other")
            yield Part(self._texts(slot, separator, begins, ends, chosen), len(begins) if again else None)

    def _texts(self, slot: str, separator: str, begins: str, ends: str, chosen: int) -> ByCost:
        key = (slot, separator, begins, ends, chosen if slot in _KEYWORDS else -1)
        if key not in self._parts:
            grouped: dict[int, dict[str, None]] = {}
            for text, likelihood in self._written(slot, separator, chosen):
                grouped.setdefault(cost_of(likelihood), {})[begins + text + ends] = None
            self._parts[key] = {cost: tuple(texts) for cost, texts in sorted(grouped.items())}
        return self._parts[key]

    def _written(self, slot: str, separator: str, chosen: int) -> Iterator[tuple[str, float]]:
        """Texts of a class as they are written between this separator, with their likelihoods."""
        inner = _shares(self.means.words.inner_separators[separator])
        if slot in _KEYWORDS:
            yield from self._keywords(slot, inner, chosen)
            return
        for word, share in _shares(self._class(slot)).items():
            if "-" not in word or slot in ("region", "account", "domain"):
                yield word, share
                continue
            for joint, part in inner.items():
                yield word.replace("-", joint), share * part

    def _keywords(self, slot: str, inner: Mapping[str, float], chosen: int) -> Iterator[tuple[str, float]]:
        """Each keyword is as likely as if it were the only one; another keyword is one of the rest."""
        keywords = self.means.keywords
        if chosen >= 0:
            keywords = (keywords[chosen],) if slot == "keyword" else keywords[:chosen] + keywords[chosen + 1 :]
        rest = len(keywords) if slot == "other" else 1
        for keyword in keywords:
            total = sum(weight for _, weight in keyword.variants) * rest
            for tokens, weight in keyword.variants:
                joints = inner if len(tokens) > 1 else {"": 1.0}
                for joint, part in joints.items():
                    yield joint.join(tokens), weight / total * part

    def _class(self, name: str) -> Weighted:
        if name not in self._words:
            self._words[name] = self._weighted(name)
        return self._words[name]

    def _weighted(self, name: str) -> Weighted:
        match name:
            case "year":
                years = range(self.means.year, FIRST_YEAR - 1, -1)
                return {str(year): YEAR_DECAY ** (self.means.year - year) for year in years}
            case "account":
                return dict.fromkeys(self.means.accounts, 1.0)
            case "domain":
                return dict.fromkeys((domain for each in self.means.keywords for domain in each.domains), 1.0)
            case _:
                own = dict.fromkeys(self.means.own_words, OWN_WORD) if name in _OWN_WORDS_IN else {}
                foreign = self._foreign() if name == "content" else {}
                return foreign | dict(self.means.words.classes[name]) | own

    def _foreign(self) -> dict[str, float]:
        """Words of other languages; all of them, since who types letters for a trust need not speak its language."""
        found: dict[str, float] = {}
        signs = {token for keyword in self.means.keywords for token in keyword.tokens}
        for language in self.means.words.languages.values():
            weight = LANGUAGE_WORD * (1 if signs & language.signs else UNSPOKEN_LANGUAGE)
            for word in language.words:
                found[word] = max(found.get(word, 0.0), weight)
        return found
