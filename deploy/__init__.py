"""Generators and checks of the checkout; not installed."""
