"""Fixtures for every test; the stores themselves are tests/stores.py."""
