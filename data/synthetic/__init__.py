"""Makes a seeded, fictional city on the real control totals."""
