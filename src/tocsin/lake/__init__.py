"""The city as it ever was: every reading once, in Delta tables by day, with a ledger beside them."""
