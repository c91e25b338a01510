"""What the lake holds of one person, gone from every version of the table."""
