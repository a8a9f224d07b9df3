"""Entrepreneurs: what supporting somebody's livelihood asks, in plain rules."""
