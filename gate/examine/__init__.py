"""Examiners: each says what it saw in an item, or where it could not see; none knows of policy."""
