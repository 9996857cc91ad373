"""Other methods, called like ours, to compare with."""
