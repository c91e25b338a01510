"""What leaves the house: warnings to the public, messages to people and systems."""
