"""Each alert in one narrow row, for counting: the document beside it is fifty times as long."""
