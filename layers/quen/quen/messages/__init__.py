"""Messages to members: which are due, whether one may be sent and when, in which words, and what became of it."""
