"""Analyses whose result is kept: what is asked, and when it is asked again."""
