"""Where the compiled extension is named; everything else stands in pyproject.toml."""

from setuptools import Extension, setup

setup(ext_modules=[Extension("chime._count", ["src/chime/_count.c"])])
