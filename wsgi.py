"""For WSGI servers other than our own: `granian --interface wsgi wsgi:application`."""

from feedsvc.web.serve import load

application = load()
