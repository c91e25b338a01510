"""How incidents ended, for grading the tools."""
