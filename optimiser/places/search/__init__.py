"""Facility location by Lagrangian relaxation: tight bounds, good answers, and proofs that shrink the model."""
