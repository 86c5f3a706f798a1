"""One row of the API's table: what a program can ask for, and every status that it can be answered with."""

import re
from dataclasses import dataclass

from feedsvc.web.api import answered, shapes


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program can ask for."""

    method: str
    path: str
    """Below /api/v1, with `{id}` where an item is named, and `{number}`, `{kind}` … for what else is."""
    permission: str
    summary: str
    answers: type[answered.Told]
    takes: type[shapes.Given] | None = None
    status: int = 200
    if_match: str = ""
    """`required`, `optional`, or empty where it means nothing."""
    refusals: tuple[int, ...] = ()
    """Statuses beside those that follow from the other fields."""
    description: str = ""
    paged: bool = False
    """Whether it answers with a page of a list: it takes `limit` and `cursor`."""
    takes_file: bool = False
    """Whether the body is a file: as it is, or as the part `file` of a form."""
    keyed: bool = False
    """Whether it may be asked under an `Idempotency-Key`. Not what hands out a secret: no answer of it is kept."""
    asks: tuple[str, ...] = ()
    """Parameters of the query, beside those that follow from the other fields; `parameters.QUERY` says what each is."""

    @property
    def about_item(self) -> bool:
        """Whether the address names an item."""
        return "{id}" in self.path

    @property
    def places(self) -> tuple[str, ...]:
        """What its address names, in order."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def body_required(self) -> bool:
        """Whether the body has a field that must be there."""
        return self.takes is not None and any(f.is_required() for f in self.takes.model_fields.values())

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that it can answer with."""
        found = {self.status, 401, 403, 422, 429, 503, *self.refusals}  # 422: any parameter that it does not have
        found |= {404} if self.places else set()
        found |= {400} if self.method != "GET" else set()
        found |= {400, 413, 415} if self.takes else set()
        found |= {400, 413} if self.takes_file else set()
        found |= {412} if self.if_match else set()
        found |= {428} if self.if_match == "required" else set()
        return tuple(sorted(found))


def verb(
    name: str, permission: str, summary: str, takes: type[shapes.Given] = shapes.Nothing, description: str = ""
) -> Operation:
    """A verb on an item: it answers with the item as it is then, or 409 when it is not possible now."""
    path = f"/items/{{id}}/{name}"
    return Operation(
        "POST",
        path,
        permission,
        summary,
        answered.Item,
        takes,
        if_match="optional",
        refusals=(409,),
        description=description,
        keyed=True,
    )
