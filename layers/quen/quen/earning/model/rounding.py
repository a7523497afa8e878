"""One rounding, and whole points for every share."""

from __future__ import annotations

from collections.abc import Sequence

from quen.program.model import Rounding


def rounded(exact: int, unit: int, rounding: Rounding) -> int:
    """Whole points of so many parts, of which `unit` are one."""
    if rounding == "half_up":
        return (2 * exact + unit) // (2 * unit)
    return -(-exact // unit) if rounding == "ceiling" else exact // unit


def allocate(exact: Sequence[int], unit: int, points: int) -> list[int]:
    """Whole points that add up to `points`: each share's floor, and one more for the largest remainders, earlier rules
    first. No share passes its exact value by a whole point, so none passes its cap.
    """
    shares = [share // unit for share in exact]
    missing = points - sum(shares)
    if missing:
        by_remainder = sorted(range(len(exact)), key=lambda index: -(exact[index] % unit))
        for index in by_remainder[:missing]:
            shares[index] += 1
    return shares
