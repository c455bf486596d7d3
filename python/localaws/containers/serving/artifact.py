"""model.tar.gz: brought from S3 and unpacked."""


class ArtifactError(Exception):
    """A model artifact that cannot be used; the message names it and says why."""
