"""The partner API's part behind the till, for partner brands."""
