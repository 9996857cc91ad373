"""Support vector regression from the text files of libsvm."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

_MOST_VECTORS = 50_000


@dataclass(frozen=True, eq=False)
class SupportVectorRegression:
    """Regression with the kernel exp(-gamma |x - y|^2).

    Attributes:
        vectors: support vectors, of shape (vectors, features).
        coefficients: their weights, of shape (vectors,).
        gamma: the kernel's narrowness.
        rho: what the weighted sum exceeds the value by.
    """

    vectors: npt.NDArray[np.float64]
    coefficients: npt.NDArray[np.float64]
    gamma: float
    rho: float

    @classmethod
    def parse(cls, content: bytes, features: int) -> Self:
        """Read a model that svm-train wrote.

        Raises:
            ValueError: it is not an epsilon-SVR with an RBF kernel; the message says what was found.
        """
        header, separator, body = content.decode("ascii", "replace").partition("\nSV")
        if not separator:
            raise ValueError("no list of support vectors")
        fields = dict(line.split(maxsplit=1) for line in header.splitlines() if len(line.split()) > 1)
        for key, expected in (("svm_type", "epsilon_svr"), ("kernel_type", "rbf")):
            if (found := fields.get(key, "nothing").strip()) != expected:
                raise ValueError(f"{key} {_shown(found)}")
        gamma, rho = (_number(fields.get(key, "nothing")) for key in ("gamma", "rho"))
        if gamma <= 0:
            raise ValueError(f"gamma {gamma:g}")
        rows = [line.split() for line in body.splitlines() if line.strip()]
        total = fields.get("total_sv", "nothing").strip()
        if total != str(len(rows)) or not 0 < len(rows) <= _MOST_VECTORS:
            raise ValueError(f"{len(rows)} support vectors, {_shown(total)} announced")
        positions = {str(number): number - 1 for number in range(1, features + 1)}
        vectors = np.zeros((len(rows), features))
        for vector, (_, *entries) in zip(vectors, rows, strict=True):
            for entry in entries:
                number, _, value = entry.partition(":")
                if number not in positions:
                    raise ValueError(f"{_shown(number)} for the number of a feature")
                vector[positions[number]] = _number(value)
        return cls(vectors, np.array([_number(row[0]) for row in rows]), gamma, rho)

    def __call__(self, features: npt.NDArray[np.float64]) -> float:
        """Return the value at a point of shape (features,)."""
        distances = np.sum(np.square(self.vectors - features), axis=1)
        return float(self.coefficients @ np.exp(-self.gamma * distances) - self.rho)


@dataclass(frozen=True, eq=False)
class FeatureScaling:
    """Linear scaling of features, each from its own range to a common one.

    Attributes:
        least: least values, of shape (features,).
        greatest: greatest values, of shape (features,).
        lower: what the least values become.
        upper: what the greatest values become.
    """

    least: npt.NDArray[np.float64]
    greatest: npt.NDArray[np.float64]
    lower: float
    upper: float

    @classmethod
    def parse(cls, content: bytes, features: int) -> Self:
        """Read the ranges that svm-scale wrote.

        Raises:
            ValueError: these are not ranges of so many features; the message says what was found.
        """
        rows = [line.split() for line in content.decode("ascii", "replace").splitlines() if line.strip()]
        if len(rows) != features + 2 or rows[0] != ["x"] or [len(row) for row in rows[1:]] != [2] + [3] * features:
            raise ValueError(f"{len(rows)} lines of another form")
        if [row[0] for row in rows[2:]] != [str(number) for number in range(1, features + 1)]:
            raise ValueError("features in another order")
        lower, upper = map(_number, rows[1])
        least, greatest = np.array([[_number(text) for text in row[1:]] for row in rows[2:]]).T
        if not (lower < upper and np.all(least < greatest)):
            raise ValueError("a range that does not ascend")
        return cls(least, greatest, lower, upper)

    def __call__(self, features: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the scaled features; values outside their range stay outside."""
        return self.lower + (self.upper - self.lower) * (features - self.least) / (self.greatest - self.least)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{_shown(text)} for a number")
    return value


def _shown(text: str) -> str:
    return repr(text[:20])
