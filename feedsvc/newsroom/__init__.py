"""The newsroom's verbs: what people do to items, and the one answer to what is public."""
