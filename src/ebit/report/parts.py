"""A page of several parts, each with sentences, facts, tables and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ebit.report.picture import Picture
from ebit.report.provenance import Made
from ebit.report.render import color_rules, render
from ebit.report.table import Table
from ebit.writing import write_atomically


@dataclass(frozen=True)
class PagePart:
    """One part of a page; texts are plain.

    Attributes:
        heading: Its heading.
        sentences: What a reader has to know first.
        facts: Names and values.
        tables: Tables, each under its title if there are several.
        pictures: Figures with their labels.
        is_folded: Whether the tables are shown on demand only.
    """

    heading: str
    sentences: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    tables: Sequence[Table] = ()
    pictures: Sequence[tuple[str, Picture]] = ()
    is_folded: bool = False


def write_parts(
    path: Path,
    *,
    title: str,
    parts: Sequence[PagePart],
    made: Made,
    quick: bool,
    headline: str = "",
    answers: Sequence[str] = (),
    remarks: Sequence[str] = (),
    limits: Sequence[str] = (),
) -> None:
    """Write the page.

    Args:
        path: The file.
        title: Heading.
        parts: The parts.
        made: How the numbers were obtained.
        quick: Mark the page as a quick look that must not be cited.
        headline: The verdict in a sentence.
        answers: One line for each part.
        remarks: Sentences below the verdict.
        limits: What a reader has to know wherever a claim is met.

    Raises:
        EbitError: If the file cannot be written.
    """
    contents = [(f"part-{number}", part.heading) for number, part in enumerate(parts, start=1)]
    ends = [("limits", "Limits")] if limits else []
    pictures = [picture for part in parts for _, picture in part.pictures]
    page = render(
        "parts.html",
        title=title,
        quick=quick,
        colors=color_rules(color for picture in pictures for color in picture.colors),
        contents=[*contents, *ends, ("method", "How these numbers were obtained")],
        headline=headline,
        answers=answers,
        remarks=remarks,
        parts=parts,
        limits=limits,
        made=made,
    )
    write_atomically(path, page.encode())
