"""Statements: what an account was, what moved it, and why."""
