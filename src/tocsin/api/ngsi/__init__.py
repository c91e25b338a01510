"""``/ngsi-ld/v1``: the NGSI-LD HTTP binding (ETSI GS CIM 009 v1.8.1, clause 6)."""
