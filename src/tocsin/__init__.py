"""Tocsin, the alarm bell of a town."""

from importlib.metadata import version

__version__ = version("tocsin")
