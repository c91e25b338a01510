"""The series that the lake holds, each with its quality."""
