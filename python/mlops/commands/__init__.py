"""The subcommands of ``mlops``, one module each; what only one of them uses is in a package beside it."""
