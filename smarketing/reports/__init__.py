"""Readings: they select facts, let the domain count them, and write nothing."""
