"""The Common Alerting Protocol 1.2 (OASIS, 1 July 2010): the message, read, written, checked and signed.

Below the stages, since one writes warnings in it (``notify``) and a source reads other people's.
"""
