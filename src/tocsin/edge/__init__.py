"""What passes between a box at the edge of a city and its centre: ``uplink`` there, ``arrivals`` here."""
