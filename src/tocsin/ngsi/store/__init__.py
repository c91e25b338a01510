"""NGSI-LD documents and readings as one state and one log (docs/adr/0013)."""
