"""The ledger's stream → events on the bus, intents in the messages' queue."""
