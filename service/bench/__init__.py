"""Run the public benchmarks with the product's own solvers."""
