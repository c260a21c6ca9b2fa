"""Home-to-school runs, morning and afternoon, and the vehicles that drive them."""
