"""Smarketing: one service level agreement about leads, written, signed and lived by marketing and sales."""

__version__ = "0.1.0"
