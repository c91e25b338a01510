"""The NGSI-LD interface (ETSI GS CIM 009 v1.8.1) to the city as it is now."""
