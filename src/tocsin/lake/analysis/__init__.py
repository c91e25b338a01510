"""Series of the lake analysed: read and computed in one sealed process, as SQL is (docs/adr/0012)."""
