"""A package, so that its one town ends with it."""
