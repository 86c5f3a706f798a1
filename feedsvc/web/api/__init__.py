"""The REST API: what programs read and do, with the same verbs as the desk."""
