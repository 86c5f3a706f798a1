"""What the form for a new item begins with: whom and what its writer chose the last time."""

from sqlalchemy.orm import Session

from feedsvc.newsroom import boilerplates, contacts, taxonomy
from feedsvc.newsroom.workflow import Actor
from feedsvc.settings import current
from feedsvc.web.desk.forms import Typed


def begun(session: Session, actor: Actor) -> Typed:
    """An empty form with the contacts and “about” texts of the writer's last item; for a first one the usual texts."""
    last = contacts.remembered(session, actor)
    if last is None:
        first = taxonomy.all_organisations(session)[:1]
        usual = [row for one in first for row in boilerplates.usual(session, one.id, current().main_language)]
        return Typed(boilerplates=tuple(str(row.id) for row in usual))
    people = [link.contact_id for link in last.contacts if link.contact.active]
    about = [link.boilerplate_id for link in last.boilerplates if link.boilerplate.active]
    return Typed(contacts=tuple(map(str, people)), boilerplates=tuple(map(str, about)))
