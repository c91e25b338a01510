"""Messages to people and systems: planned from what happens, sent once each, every one in a ledger."""
