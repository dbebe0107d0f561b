"""The repository that a delivery is made from: read without trusting it, and matched with what is delivered.

Nothing of a repository is ever in force: git runs confined, on a copy that holds its objects alone, under a
configuration of our own, and every object that counts is hashed again.
"""
