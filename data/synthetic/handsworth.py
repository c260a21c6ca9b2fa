"""Handsworth's schools, bases and venues: real places, as the council's papers list them.

Names and bases from the locality pack of March 2020; codes, postcodes and points from the council's open school list.
Contains Birmingham City Council and Department for Education information licensed under the Open Government Licence
v3.0.
"""

SCHOOLS: tuple[tuple[str, str, str, str, int, int], ...] = (
    ("330-2435", "Benson Community School", "primary", "B18 5TD", 404786, 288895),
    ("330-2297", "Birchfield Community School", "primary", "B6 6AJ", 406946, 290219),
    ("330-2034", "Brookfields Primary School", "primary", "B18 6PU", 405646, 287978),
    ("330-2039", "Canterbury Cross Primary School", "primary", "B20 3AA", 406897, 290488),
    ("330-2040", "Cherry Orchard Primary School", "primary", "B20 2LB", 405451, 291368),
    ("330-2138", "Grestone Academy", "primary", "B20 1ND", 404309, 291603),
    ("330-2466", "Grove School", "primary", "B21 9HB", 404614, 289754),
    ("330-2309", "Heathfield Primary School", "primary", "B19 1HJ", 406276, 289783),
    ("330-3303", "Holy Trinity CE Primary Academy (Handsworth)", "primary", "B20 3LP", 406420, 290621),
    ("330-2015", "James Watt Primary School", "primary", "B21 0RE", 404220, 289122),
    ("330-2032", "Nishkam Primary School Birmingham", "primary", "B21 9SN", 405244, 289230),
    ("330-2117", "Oasis Academy Boulton", "primary", "B21 0RE", 404271, 289290),
    ("330-2141", "Oasis Academy Foundry Primary", "primary", "B18 4LP", 404067, 288490),
    ("330-2481", "Rookery School", "primary", "B21 9PY", 404249, 290357),
    ("330-3409", "Sacred Heart Catholic School", "primary", "B20 3AE", 406819, 290179),
    ("330-3329", "St Augustine's Catholic Primary School", "primary", "B21 8ED", 403821, 290705),
    ("330-3406", "St Clare's Catholic Primary School", "primary", "B20 3RT", 405988, 290248),
    ("330-3010", "St James Church of England Primary School, Handsworth", "primary", "B21 8NH", 403546, 289998),
    ("330-3015", "St Marys C of E Primary and Nursery, Academy, Handsworth", "primary", "B20 2RW", 405566, 290371),
    ("330-2061", "St Michael's CofE Primary Academy, Handsworth", "primary", "B21 0UX", 405201, 289197),
    ("330-3365", "St Teresa's Catholic Primary School", "primary", "B20 2NY", 405327, 290999),
    ("330-2482", "Wattville Primary School", "primary", "B21 0DP", 402992, 289570),
    ("330-2308", "Welford Primary", "primary", "B20 2BL", 405527, 289593),
    ("330-2471", "Westminster Primary", "primary", "B20 3PN", 406322, 290225),
    ("330-2293", "William Murdoch Primary", "primary", "B21 9NT", 404372, 290139),
    ("330-4240", "Hamstead Hall Academy", "secondary", "B20 1HL", 404024, 292497),
    ("330-4241", "Holyhead School", "secondary", "B21 0HN", 403719, 289708),
    ("330-5402", "King Edward VI Handsworth Grammar School for Boys", "secondary", "B21 9ET", 404621, 289653),
    ("330-5404", "King Edward VI Handsworth School for Girls", "secondary", "B21 9AR", 405302, 289412),
    ("330-4207", "King Edward VI Handsworth Wood Girls' Academy", "secondary", "B20 2HL", 404913, 290689),
    ("330-4020", "King Solomon International Business School", "secondary", "B7 4BB", 407754, 287867),
    ("330-4004", "Nishkam High School", "secondary", "B19 2LF", 406384, 288649),
    ("330-7006", "Hamilton School", "special", "B21 8AH", 403902, 289896),
    ("330-7040", "Mayfield School", "special", "B19 1HJ", 406208, 289695),
)
"""LAESTAB, name, group, postcode, easting and northing (metres)."""

CONSORTIUM = "Handsworth"

BASES = {
    ("West", "ASC", "primary"): (("330-2040", "Cherry Orchard", 16), ("330-2481", "Rookery", 10)),
    ("West", "CL", "secondary"): (("330-4240", "Hamstead Hall", 14),),
    ("West", "FAM", "primary"): (("330-2308", "Welford", 5),),
}
"""The four named bases with the designation the papers print. Their sizes are ours: the papers give none. Welford's
five are West's five FAM places, by inference."""

SPECIAL_NEEDS = {"330-7006": ("ASC", "SLCN"), "330-7040": ("ASC", "SEMH", "MLD", "PMLD", "SLD")}

VENUES: tuple[tuple[str, str, str, str, int, int], ...] = (
    ("V-THORN", "Thornbury Centre", "West", "B20 3DE", 1, 14),
    ("V-HASSOC", "Handsworth Association", "West", "B20 2PS", 2, 40),
    ("V-FIRE", "Ladywood Community Fire Station", "West", "B16 0RA", 1, 60),
    ("V-LANC", "Lancaster Circus", "City", "B4 7DJ", 4, 20),
)
"""Code, name, area, postcode, rooms and seats. The papers name them; rooms and seats are ours."""
