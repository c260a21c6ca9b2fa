"""The allocation as a mixed-integer model in its strong form, and facility location for the public benchmarks."""
