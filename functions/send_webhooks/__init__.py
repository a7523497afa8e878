"""The webhooks' queue → partners' receivers."""
