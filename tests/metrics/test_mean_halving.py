import numpy as np

from cscfuse_keras.metrics.mean_halving import halve


def test_means_of_four_and_a_last_row_or_column_that_counts_twice():
    np.testing.assert_array_equal(halve(np.array([[1.0, 3], [5, 7]])), [[4]])
    np.testing.assert_array_equal(halve(np.array([[1.0, 3, 10], [5, 7, 20], [2, 4, 6]])), [[4, 15], [3, 6]])
