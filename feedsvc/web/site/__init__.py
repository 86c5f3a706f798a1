"""The newsroom as its readers see it: pages, lists for machines, health."""
