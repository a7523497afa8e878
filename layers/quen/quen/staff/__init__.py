"""Staff: who may do what, and the trail of what they did."""
