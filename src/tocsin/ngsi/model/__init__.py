"""Entities as NGSI-LD documents: read into one expanded form, changed in it, shown from it (clause 4.5)."""
