"""What partners are told: for each partner one list of events, in order, complete, the same bytes for all who ask."""
