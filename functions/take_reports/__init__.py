"""What providers tell of messages → the messages' records."""
