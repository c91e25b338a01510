"""Standard operating procedures: versioned YAML that people write, read and follow."""
