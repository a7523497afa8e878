"""The job that warns of vouchers that end soon."""
