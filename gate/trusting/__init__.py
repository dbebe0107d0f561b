"""How a recipient comes to trust a supplier: a ``trust.toml`` is drafted, and a notice on paper confirms it."""
