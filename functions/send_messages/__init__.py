"""The messages' queue → e-mail and SMS."""
