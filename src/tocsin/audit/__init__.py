"""Who did and read what, when and why: a record that only grows, hash-chained and signed."""
