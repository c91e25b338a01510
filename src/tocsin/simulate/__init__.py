"""The demo city: people, traffic, air, noise, weather and car parks around Railway Square in Helsinki.

A process of its own that knows Tocsin only as its devices do: it reports by MQTT and HTTP. Nothing in here
knows of alerts, and no figure is shared with a detector: what the tools say about this city, they found.
"""
