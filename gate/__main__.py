"""``python -m gate`` is the command ``gate``."""

from gate._start import main

main()
