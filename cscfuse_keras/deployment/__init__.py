"""Networks as plain arrays without batch normalisation, and what computes them outside Keras."""
