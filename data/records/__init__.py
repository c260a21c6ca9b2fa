"""One validated row type per sheet."""

from data.records.city import SHEET, SHEETS, City, Sheet
from data.records.settings import Settings

__all__ = ["SHEET", "SHEETS", "City", "Settings", "Sheet"]
