"""Ring as many times as the hour says."""

from chime._count import strokes


def ring(hour: int) -> str:
    """Return the sound of the clock at ``hour`` (0 to 23)."""
    return " ".join(["dong"] * strokes(hour))
