"""The steps of the schema, each naming the one before it."""
