"""Papers for people: what they say, in one language, as blocks that HTML, PDF and Markdown are made from."""
