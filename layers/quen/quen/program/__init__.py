"""The loyalty program of the stack: its document, the versions it went through, and which one is in force when."""
