"""What NGSI-LD says of an entity beyond its readings: one row an entity that was ever written through it."""
