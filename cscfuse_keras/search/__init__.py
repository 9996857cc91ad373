"""Search for good settings: networks are trained with many, and scored on pictures that none has learnt from."""
