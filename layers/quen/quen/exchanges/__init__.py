"""Points of partners' own programs, and ours in theirs."""
