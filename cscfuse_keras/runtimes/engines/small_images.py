"""Images too small for how engines extend borders: by NumPy, which reflects as often as needed."""

from cscfuse_keras.deployment.numpy_operations import NumPyOperations
from cscfuse_keras.runtimes.engines import Compiled


def with_small_images(compute: Compiled, part) -> Compiled:
    """What computes a part for images of any size.

    Args:
        compute: computes it for images whose height and width are at least `part.smallest`.
        part: of `cscfuse_keras.deployment.parts`.
    """

    def compute_any(*arrays):
        if min(min(array.shape[:2]) for array in arrays if array.ndim == 3) >= part.smallest:
            return compute(*arrays)
        return [result[0] for result in part(NumPyOperations(), *(array[None] for array in arrays))]

    return compute_any
