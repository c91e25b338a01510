"""The composition root: the only place that knows all stages. One module a process."""
