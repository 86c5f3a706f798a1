"""Django's syndication framework in one file: GZipMiddleware and ConditionalGetMiddleware, with or without the cache's.

BENCH_DATABASE   path of the SQLite database
BENCH_CACHED     set: UpdateCacheMiddleware and FetchFromCacheMiddleware around it (local memory, 300 s)

    python django_app.py POSTS     makes the table and fills it
"""

import os
import sys
from datetime import datetime

import corpus
import django
from django.conf import settings

_CACHED = bool(os.environ.get("BENCH_CACHED"))
_INNER = ["django.middleware.gzip.GZipMiddleware", "django.middleware.http.ConditionalGetMiddleware"]
settings.configure(
    DEBUG=False,
    SECRET_KEY="for a measurement on loopback",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["BENCH_DATABASE"],
            "CONN_MAX_AGE": None,
        }
    },
    MIDDLEWARE=[
        *(["django.middleware.cache.UpdateCacheMiddleware"] if _CACHED else []),
        *_INNER,
        "django.middleware.common.CommonMiddleware",
        *(["django.middleware.cache.FetchFromCacheMiddleware"] if _CACHED else []),
    ],
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    CACHE_MIDDLEWARE_SECONDS=300,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.contrib.syndication.views import Feed  # noqa: E402  # Django wants its settings first
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.feedgenerator import Atom1Feed  # noqa: E402


class Post(models.Model):
    """A post."""

    title = models.CharField(max_length=200)
    body = models.TextField()
    published = models.DateTimeField(db_index=True)

    class Meta:
        """It belongs to no installed application."""

        app_label = "news"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page, which nothing serves."""
        return f"/posts/{self.pk}/"


class Latest(Feed):
    """The newest posts with their whole texts."""

    feed_type = Atom1Feed
    title, link, subtitle = "Newsroom", "/", "News"

    def items(self) -> models.QuerySet[Post]:
        """The newest."""
        return Post.objects.order_by("-published")[: corpus.SHOWN]

    def item_description(self, item: Post) -> str:
        """The whole text."""
        return item.body

    def item_pubdate(self, item: Post) -> datetime:
        """Its date."""
        return item.published

    def item_updateddate(self, item: Post) -> datetime:
        """The same."""
        return item.published


urlpatterns = [path("feed.atom", Latest())]
app = get_wsgi_application()


def fill(posts: int) -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Post)
    rows = (Post(id=n, title=text.headline, body=text.body_html, published=at) for n, at, text in corpus.posts(posts))
    Post.objects.bulk_create(rows, batch_size=500)


if __name__ == "__main__":
    fill(int(sys.argv[1]))
