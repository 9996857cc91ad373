"""The smallest size that the scenes are drawn in."""

from cscfuse_keras.errors import UsageError

SMALLEST = 64


def check_size(height: int, width: int) -> None:
    """Refuse sizes too small to show the scene.

    Raises:
        UsageError: `height` or `width` is below 64.
    """
    for name, value in (("height", height), ("width", width)):
        if value < SMALLEST:
            raise UsageError(f"{name} must be at least {SMALLEST} for a sample scene, not {value}: ask for more")
