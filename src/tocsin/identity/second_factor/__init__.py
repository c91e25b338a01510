"""Time-based one-time codes (RFC 6238) as a second step after the password."""

from tocsin.identity.second_factor.service import Enrolment, Recovery, SecondFactor, Standing

__all__ = ["Enrolment", "Recovery", "SecondFactor", "Standing"]
