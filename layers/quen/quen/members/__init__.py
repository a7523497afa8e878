"""Who takes part: profiles, the identities that are theirs alone, consents, birthdays, cards and tokens."""
