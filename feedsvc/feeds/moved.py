"""What became of scopes that readers once knew."""

from sqlalchemy.orm import Session

from feedsvc.models import Alias


def alias(session: Session, scope: str) -> Alias | None:
    """Where a scope went, followed to the end where one led to another; a target of None: it was given up.

    None for a scope that never was another one. Whether the target may be shown is `which.opened`'s to say.
    """
    found, seen = session.get(Alias, scope), {scope}
    while found is not None and found.target is not None and found.target not in seen:
        seen.add(found.target)
        further = session.get(Alias, found.target)
        if further is None:
            break
        found = further
    return found
