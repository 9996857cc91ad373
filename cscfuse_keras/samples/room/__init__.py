"""The parts of the sunny room: each paints one kind of thing on a scene's canvas."""
