"""How runs are found: ruin and recreate in compiled kernels behind plain functions."""
