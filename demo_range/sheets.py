"""What stands on the paper of a letter, form or leaflet, before it is rendered in a format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """How a block is set."""

    HEADING = "heading"
    LINES = "lines"
    PARAGRAPH = "paragraph"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a sheet. Line breaks in LINES are kept; TABLE has a row a line and a tab between cells.

    `story` marks the paragraphs that only this patient's letter has.
    """

    kind: BlockKind
    text: str
    story: bool = False

    @property
    def rows(self) -> list[list[str]]:
        """The cells of a TABLE."""
        return [line.split("\t") for line in self.text.split("\n")]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document's content.

    Attributes:
        header: letterhead, line by line.
        running: the line at the head of each page after the first.
        blocks: the body.
        footer: the line at the foot of each page.
    """

    header: tuple[str, ...]
    running: str
    blocks: tuple[Block, ...]
    footer: str

    @property
    def body(self) -> str:
        """The blocks as plain text, a blank line between them; cells three spaces apart."""
        return _joined(self.blocks)

    @property
    def clinical(self) -> str:
        """The body from the first story paragraph to the last, stock paragraphs between them included."""
        stories = [place for place, block in enumerate(self.blocks) if block.story]
        return _joined(self.blocks[stories[0] : stories[-1] + 1]) if stories else ""

    @property
    def text(self) -> str:
        """Letterhead, body and footer."""
        return "\n\n".join(("\n".join(self.header), self.body, self.footer))


def _joined(blocks: tuple[Block, ...]) -> str:
    return "\n\n".join(block.text.replace("\t", "   ") for block in blocks)


def plain_sheet(heading: str, *paragraphs: str) -> Sheet:
    """A sheet without furniture: one heading and its paragraphs."""
    blocks = (Block(BlockKind.HEADING, heading), *(Block(BlockKind.PARAGRAPH, text) for text in paragraphs))
    return Sheet((), heading, blocks, "")
