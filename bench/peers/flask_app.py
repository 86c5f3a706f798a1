"""The feed as tutorials write it: Flask, the ORM and feedgen in the view, rendered for every request.

python flask_app.py POSTS     makes the table and fills it
"""

import os
import sys
from datetime import UTC, datetime

import corpus
from feedgen.feed import FeedGenerator
from flask import Flask, Response, make_response, request
from sqlalchemy import Text, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    """The declarative base."""


class Post(Base):
    """A post."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    published: Mapped[datetime] = mapped_column(index=True)


engine = create_engine(f"sqlite:///{os.environ.get('BENCH_DATABASE', ':memory:')}")
app = Flask(__name__)


@app.route("/feed.atom")
def feed() -> Response:
    generator = FeedGenerator()
    generator.id(request.url_root)
    generator.title("Newsroom")
    generator.link(href=request.url, rel="self")
    generator.language("en")
    with Session(engine) as session:
        for post in session.scalars(select(Post).order_by(Post.published.desc()).limit(corpus.SHOWN)):
            entry = generator.add_entry(order="append")
            entry.id(f"{request.url_root}posts/{post.id}")
            entry.title(post.title)
            entry.link(href=f"{request.url_root}posts/{post.id}")
            entry.summary(post.summary)
            entry.content(post.body, type="html")
            entry.author(name="Newsroom")
            entry.published(post.published.replace(tzinfo=UTC))
            entry.updated(post.published.replace(tzinfo=UTC))
    response = make_response(generator.atom_str())
    response.headers["Content-Type"] = "application/atom+xml"
    return response


def fill(posts: int) -> None:
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for number, at, text in corpus.posts(posts):
            row = {"title": text.headline, "summary": text.summary, "body": text.body_html}
            session.add(Post(id=number, published=at.replace(tzinfo=None), **row))
            if number % 1000 == 0:
                session.flush()
                session.expunge_all()
        session.commit()


if __name__ == "__main__":
    fill(int(sys.argv[1]))
