"""Fastly: a service in VCL."""
