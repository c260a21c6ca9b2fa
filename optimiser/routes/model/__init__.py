"""How runs share vehicles, fleets and lots: exact models over runs already found."""
