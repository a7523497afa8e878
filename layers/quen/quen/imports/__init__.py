"""Imports: balances that members bring from an older system."""
