"""Private keys and tokens in what is delivered: their kind, place and length, and nothing of the secret itself."""
