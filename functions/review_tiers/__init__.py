"""The job that reviews the tiers that members have earned."""
