"""Form fields of RTF: of a list to choose from, what is chosen is said by its number alone."""

from __future__ import annotations

from dataclasses import dataclass, field

FORM_WORDS = (b"fftype", b"ffres", b"ffdefres")
_TYPE, _RESULT, _DEFAULT = FORM_WORDS
_LIST, _UNDECIDED = 2, 25


@dataclass(slots=True)
class FormField:
    """What is known of one field so far."""

    values: dict[bytes, int] = field(default_factory=dict)
    choices: list[list[str]] = field(default_factory=list, repr=False)

    def choice(self) -> list[str]:
        """Where the text of one more choice goes."""
        parts: list[str] = []
        self.choices.append(parts)
        return parts

    def chosen(self) -> str:
        """The text that is shown; empty for fields of other types."""
        number = self.values.get(_RESULT, _UNDECIDED)
        if number == _UNDECIDED:
            number = self.values.get(_DEFAULT, 0)
        if self.values.get(_TYPE) != _LIST or not 0 <= number < len(self.choices):
            return ""
        return "".join(self.choices[number])
