"""Agreements with partners: who they are, what they may do, on which terms, and what they bought ahead."""
