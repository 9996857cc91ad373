"""The parts of the night road: each paints one kind of thing on a scene's canvas."""
