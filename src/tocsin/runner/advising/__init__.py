"""Hosts advisors: a process each while there is something to ask, none while there is not (docs/adr/0020)."""
