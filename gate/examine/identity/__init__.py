"""The second opinion on what an item is: libmagic names it where the gate's own table knows nothing of it."""

from gate.models import Item


def is_unnamed(item: Item) -> bool:
    """Say whether an item has content and no label of intake's: what intake knows it opens, or tells that it cannot."""
    return item.size > 0 and not item.labels
