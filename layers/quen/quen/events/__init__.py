"""What the world is told: the ledger's stream read as events for the bus, and as intents to write to a member."""
