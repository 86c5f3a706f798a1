"""The two-person rule, decided purely: nobody's words go out unless somebody else has looked at them.

Who saved any part of a text since somebody else last approved or published it has a hand in it, and may neither approve it
nor let it out unapproved. Saving again, undoing what one wrote, or letting a colleague change a comma takes nobody's hand away:
only another person's approval does.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deed:
    """Somebody saved, approved or published the text of this number. `person` None: the newsroom itself, by a command."""

    number: int
    person: int | None


@dataclass(frozen=True, slots=True)
class Story:
    """What was done to a text so far."""

    head: int
    """Number of the newest text."""
    saved: Sequence[Deed]
    approved: Sequence[Deed]
    published: Sequence[Deed]

    def has_a_hand(self, person: int | None) -> bool:
        """Whether some of the newest text is this person's, and nobody else has let that pass yet."""
        if person is None:
            return False
        passed = (*self.approved, *self.published)
        settled = max((deed.number for deed in passed if deed.person != person and deed.number < self.head), default=0)
        return any(deed.person == person and deed.number > settled for deed in self.saved)

    @property
    def is_seconded(self) -> bool:
        """Whether the newest text was approved by somebody who has no hand in it."""
        return any(deed.number == self.head and not self.has_a_hand(deed.person) for deed in self.approved)

    def bars(self, action: str, person: int | None) -> bool:
        """Whether the rule keeps this person from approving the newest text, or from bringing it out."""
        if action != "approve" and self.is_seconded:
            return False
        return self.has_a_hand(person)
