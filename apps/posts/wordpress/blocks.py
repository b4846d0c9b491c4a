"""Blocks of Markdown within blocks: lists and quotes."""

import re
from dataclasses import dataclass, field

from apps.posts.wordpress.tables import Table


@dataclass(slots=True)
class Frame:
    """A container that is still open, and the Markdown of what it holds."""

    name: str
    marks: int = 0
    start: int = 1
    blocks: list[str] = field(default_factory=list)
    table: Table | None = None


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text else ""


def is_list(block: str) -> bool:
    return re.match(r"(?:[-+]|\d+[.)])(?: |$)", block) is not None


def joined_item(blocks: list[str]) -> str:
    text = ""
    for block in blocks:
        text += ("\n" if is_list(block) else "\n\n") + block if text else block
    return text


def indented_list(frame: Frame, before: list[str]) -> str:
    """The list with markers that part it from a list right before it."""
    last = next((line for line in before[-1:]), "")
    items = []
    for number, item in enumerate(frame.blocks, frame.start):
        if frame.name == "ol":
            marker = f"{number}{')' if re.match(r'[0-9]+[.] ?', last) else '.'}"
        else:
            marker = "+" if re.match(r"- ?", last) else "-"
        indent = " " * (len(marker) + 1)
        text = item.replace("\n", "\n" + indent).replace("\n" + indent + "\n", "\n\n")
        items.append(f"{marker} {text}".rstrip())
    return ("\n\n" if any("\n\n" in item for item in items) else "\n").join(items)
