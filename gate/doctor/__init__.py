"""What a system has and lacks for the gate: all of it where artifacts are examined, or what recipients need.

``full`` loads every engine, ``recipients`` none of them.
"""
