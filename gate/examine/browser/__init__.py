"""The browser run: pages of the delivery opened in a real browser that reaches nothing, and what it asked for."""
