"""The temporal evolution of entities: what NGSI-LD asks of the lake (docs/adr/0016)."""
