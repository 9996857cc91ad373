"""Images too small for how other engines extend borders: by Keras, which reflects as often as needed."""

from cscfuse_keras.runtimes.engines import Compiled
from cscfuse_keras.runtimes.engines.keras import KerasEngine


def with_small_images(compute: Compiled, part) -> Compiled:
    """What computes a part for images of any size.

    Args:
        compute: computes it for images whose height and width are at least `part.smallest`.
        part: of `cscfuse_keras.deployment.parts`.
    """
    by_keras = []

    def compute_any(*arrays):
        if min(min(array.shape[:2]) for array in arrays if array.ndim == 3) >= part.smallest:
            return compute(*arrays)
        if not by_keras:
            by_keras.append(KerasEngine().compile(part))
        return by_keras[0](*arrays)

    return compute_any
