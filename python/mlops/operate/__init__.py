"""What a person does with a deployed system: create its pipeline, run it, read its logs, empty it."""
