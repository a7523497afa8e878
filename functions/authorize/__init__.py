"""JWT → caller, for the mobile and the admin API."""
