"""Correlation: proposes which alerts belong together, says why for every pair, and joins nothing itself."""
