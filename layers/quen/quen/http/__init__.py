"""What the APIs share: requests read strictly, endpoints declared once, refusals as problems."""
