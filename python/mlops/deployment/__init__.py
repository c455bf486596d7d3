"""From an approved model version to an endpoint update; needs boto3 and the standard library only."""
