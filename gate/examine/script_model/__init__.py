"""An optional further opinion on texts: a trained model names scripts that bear no mark of their language."""

from gate.models import Item

NAME = "magika"
"""The name of the examiner, and of the package that it needs (``release-gate[magika]``)."""


def is_unnamed(item: Item) -> bool:
    """Say whether an item has content and no label of intake's."""
    return item.size > 0 and not item.labels
