"""What figures of a trace mean, in sentences."""

import math
from collections.abc import Sequence

from cscfuse_keras.explain.traces import Share, StackTrace, Trace, UnitTrace

_SUBJECTS = {
    "base": "Base",
    "detail": "Detail",
    "low_resolution": "Low resolution",
    "guide": "Guide",
    "joint": "Both images together",
}

_WITHOUT_ZEROS = {"prelu": "PReLU", "leaky_relu": "leaky ReLU"}


def percent(share: float) -> str:
    """A share in per cent, with digits where they matter."""
    value = 100 * share
    if math.isnan(value):
        return "–"
    if 0 < abs(value) < 0.1:
        return f"{'−' if value < 0 else ''}< 0.1 %"
    text = f"{value:.1f}" if abs(value) < 1 and value else f"{value:.0f}"
    return f"{text.replace('-', '−')} %"


def number(value: float) -> str:
    """A number to three digits."""
    if math.isnan(value):
        return "–"
    return f"{value:.3g}".replace("-", "−")


def subject(stack: StackTrace, trace: Trace) -> str:
    """What a stack codes, to begin a sentence with."""
    if stack.coder != "coder":
        return _SUBJECTS[stack.coder]
    return "Codes" if len(trace.stacks) == 1 else f"Codes, {stack.name}"


def sparsity(units: Sequence[UnitTrace]) -> str:
    """Whether codes are sparse."""
    last = units[-1].sparsity
    verdict = (
        "these codes are sparse"
        if last >= 0.5
        else "so these codes are sparse in part only"
        if last >= 0.2
        else "so these codes are not sparse"
    )
    if last == 0 and units[-1].activation in _WITHOUT_ZEROS:
        verdict = f"{_WITHOUT_ZEROS[units[-1].activation]} makes no zeros, so these codes cannot be sparse"
    shares = [unit.sparsity for unit in units]
    along = "" if len(units) < 2 else f" (unit by unit: {', '.join(percent(share) for share in shares)})"
    return f"{percent(last)} of the last code's numbers are exactly zero{along}: {verdict}."


def residuals(stack: StackTrace) -> str:
    """Whether residuals fall from unit to unit as ISTA's would."""
    norms = stack.residual_norms
    if len(norms) < 2:
        return "There is one unit, which starts without a code: there is no residual to follow."
    series = ", ".join(number(norm) for norm in norms)
    if stack.residuals_fall:
        return f"The residual falls from unit to unit, as ISTA's would: {series} of the image's norm."
    rises = [k for k in range(1, len(norms)) if norms[k] >= norms[k - 1]]
    where = f"at unit{'s' if len(rises) > 1 else ''} {', '.join(str(k + 1) for k in rises)}"
    ending = (
        f"The last one is {number(norms[-1])} times as large as the image itself: Conv0 does not rebuild the image. "
        if norms[-1] > 1
        else f"Still, the last one is only {percent(norms[-1])} of the image. "
        if norms[-1] < 0.5
        else ""
    )
    return (
        f"The residual does not fall from unit to unit as ISTA's would: {series} of the image's norm, it grows "
        f"{where}. {ending}The network was trained to fuse, not to make residuals small."
    )


def thresholds(unit: UnitTrace) -> str:
    """What the activation of a unit has learned."""
    if unit.threshold is not None:
        text = f"{unit.active_thresholds} of {len(unit.threshold)} thresholds are above zero"
        below = int((unit.threshold < 0).sum())
        return f"{text}, largest {number(float(unit.threshold.max()))}{f'; {below} are negative' if below else ''}"
    if unit.slope is not None:
        low, high = float(unit.slope.min()), float(unit.slope.max())
        return f"no thresholds: PReLU, slopes below zero from {number(low)} to {number(high)}"
    return f"no thresholds: {unit.activation}"


def transposition(units: Sequence[UnitTrace]) -> str:
    """Whether Conv1 is the transpose of Conv0, as in ISTA."""
    cosines = [unit.transposition for unit in units if unit.transposition is not None]
    if not cosines:
        return ""
    verdict = "far from it" if max(cosines) < 0.5 else "in part" if max(cosines) < 0.9 else "nearly so"
    return (
        "In ISTA, Conv1 is Conv0 transposed, and the cosine between the two would be 1. Here it is "
        f"{', '.join(f'{cosine:.2f}'.replace('-', '−') for cosine in cosines)}: {verdict}."
    )


def between(sources: Sequence[Share], base: str = "") -> str:
    """Who gives how much of a region's structure, or of its brightness where there is none.

    Args:
        sources: the shares of the sources that are held against each other.
        base: what they add to; empty for nothing.
    """
    given = f"of what is added to {base}" if base else "between the sources"
    if any(math.isnan(share.variation) for share in sources):
        levels = ", ".join(f"{255 * share.brightness:+.0f} from {share.name}" for share in sources)
        return f"{given}, in levels of 255: {levels.replace('-', '−')}"
    shares = ", ".join(f"{percent(share.variation)} from {share.name}" for share in sources)
    return f"{given}, variation is {shares}"
