"""Which perks a member has on a day, and how often each may still be used. Pure."""
