"""The parts of the spectral still life."""
