"""``mlops deploy``: another model or other settings for an endpoint that goes on answering."""
