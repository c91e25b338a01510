"""Public spaces of the city, kept by version: who drew them, who changed what, when."""
