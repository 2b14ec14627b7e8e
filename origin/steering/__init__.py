"""Steering players between pathways: the endpoint, and probes of what it steers to.

What is decided is decided in ``cdn.steering``.
"""
