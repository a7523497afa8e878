"""Planning: what a change of the program means, told before it is made."""
