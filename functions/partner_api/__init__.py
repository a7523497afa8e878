"""The partner API: what tills and partner brands do, every request signed."""
