"""Reading of JavaScript and TypeScript: what a script would contact, followed through its constants."""
