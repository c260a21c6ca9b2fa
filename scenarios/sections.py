"""The parts of a report that a page or a printer dresses: headings, sentences and tables."""

from dataclasses import dataclass

from optimiser.core.table import Table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, sentences and tables."""

    key: str
    heading: str
    words: tuple[str, ...]
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What may be published, and the annex that must not be."""

    title: str
    sections: tuple[Section, ...]
    annex: tuple[Section, ...]
