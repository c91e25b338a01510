"""Models that forecasts are made by: one a file."""
