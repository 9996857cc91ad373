"""Training data: from folders of pictures or prepared HDF5 patches to batches.

TensorFlow is imported only where a `tf.data.Dataset` is made.
"""
