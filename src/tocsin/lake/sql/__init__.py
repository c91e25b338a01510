"""SQL over the lake: one statement, read only, in a process of its own that may open nothing else."""
