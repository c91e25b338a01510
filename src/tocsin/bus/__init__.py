"""The log between stages: one port (``kernel/ports.py``), a memory and a NATS driver, and the server's
keeper.
"""
