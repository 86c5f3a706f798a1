"""Which reader a User-Agent belongs to, and how many subscribers it reports: a pure table. No database, no clock.

A name is found by plain search for a few letters, never by a pattern with repetitions: the time is bounded by the
length, which is cut, times the size of the table. The first that fits wins, so the order of the tables matters: a reader
that speaks like a browser, or like another reader ("like FeedFetcher-Google"), is still known by its own name.
"""

import re
from typing import NamedTuple

LONGEST = 300
"""Characters of a User-Agent that are looked at."""
MOST_SUBSCRIBERS = 10_000_000

AGGREGATOR, APP, BROWSER, BOT = "aggregator", "app", "browser", "bot"
SCRIPT, MONITORING, OTHER = "script", "monitoring", "other"
KINDS = (AGGREGATOR, APP, BROWSER, BOT, SCRIPT, MONITORING, OTHER)

_AGGREGATORS = {
    "Feedly": "feedly",
    "Inoreader": "inoreader",
    "NewsBlur": "newsblur",
    "Feedbin": "feedbin",
    "The Old Reader": "theoldreader",
    "BazQux Reader": "bazqux",
    "Feedspot": "feedspot",
    "Feed Wrangler": "feed wrangler",
    "FeedHQ": "feedhq",
    "Bloglovin": "bloglovin",
    "Netvibes": "netvibes",
    "G2Reader": "g2reader",
    "PlainFeeder": "plainfeeder",
    "Feeder.co": "feeder.co",
    "Dreamwidth": "dreamwidth",
    "LiveJournal": "livejournal",
    "Flipboard": "flipboard",
    "SmartNews": "smartnews",
    "NewsNow": "newsnow/",
    "Scour": "scourrss",
    "Superfeedr": "superfeedr",
    "FeedPress": "feedpress",
    "Feedburner": "feedburner",
    "Blogtrottr": "blogtrottr",
    "Feedmail": "feedmail",
    "Follow.it": "follow.it",
    "Daum": "daum/",
    "livedoor Reader": "livedoor",
    "YahooFeedSeeker": "yahoofeedseeker",
    "FreshRSS": "freshrss",
    "Miniflux": "miniflux",
    "Tiny Tiny RSS": "tiny tiny rss",
    "CommaFeed": "commafeed",
    "Nextcloud News": "nextcloud-news",
    "Selfoss": "selfoss",
    "Yarr": "yarr/",
    "Stringer": "stringer (",
    "Readwise": "readwise",
    "Omnivore": "omnivore",
    "Slack": "slackbot",
    "Microsoft Teams": "office 365 connectors",
    "Discord": "discordbot",
    "MonitoRSS": "monitorss",
    "Telegram": "telegrambot",
    "Mastodon": "mastodon",
    "IFTTT": "ifttt",
    "Zapier": "zapier",
    "Power Automate": "azure-logic-apps",
    "Google Feedfetcher": "feedfetcher-google",
}
_APPS = {
    "NetNewsWire": "netnewswire",
    "Reeder": "reeder/",
    "Unread": "unread rss reader|unread/",
    "lire": "lire/",
    "Fiery Feeds": "fiery%20feeds|fieryfeeds|fiery feeds",
    "ReadKit": "readkit",
    "News Explorer": "news%20explorer|newsexplorer|news explorer",
    "Newsify": "newsify",
    "Feeddler": "feeddler",
    "Tapestry": "tapestry/",
    "RSS Mobile": "rss%20mobile",
    "Vienna": "vienna/",
    "Leaf": "leaf/",
    "Feeder for Android": "spacecowboys",
    "Read You": "readyou",
    "Capy Reader": "capyreader|capy reader",
    "FeedMe": "feedme/",
    "Feedbro": "feedbro",
    "Thunderbird": "thunderbird/",
    "Outlook": "microsoft outlook",
    "Windows RSS Platform": "windows-rss-platform",
    "FeedDemon": "feeddemon",
    "QuiteRSS": "quiterss",
    "RSS Guard": "rssguard|rss guard",
    "RSSOwl": "rssowl",
    "RSS Bandit": "rssbandit",
    "Omea Reader": "omea reader",
    "Fluent Reader": "fluentreader|fluent reader|fluent-reader",
    "Raven Reader": "raven reader|raven-reader|ravenreader",
    "Akregator": "akregator",
    "Liferea": "liferea",
    "Newsboat": "newsboat",
    "Newsbeuter": "newsbeuter",
    "NewsFlash": "newsflash",
    "Newsraft": "newsraft",
    "Elfeed": "elfeed",
    "Apple PubSub": "apple-pubsub",
    "gPodder": "gpodder",
    "Vivaldi": "vivaldi/",
}
_MONITORING = {
    "UptimeRobot": "uptimerobot",
    "Pingdom": "pingdom",
    "StatusCake": "statuscake",
    "Better Stack": "better uptime|betterstack",
    "Uptime Kuma": "uptime-kuma",
    "Site24x7": "site24x7",
    "Prometheus": "prometheus|blackbox exporter",
    "Zabbix": "zabbix",
    "Nagios": "check_http|nagios",
    "W3C Validator": "w3c_validator|w3c_feedvalidator|feedvalidator",
}
_BOTS = {
    "Google": "googlebot|google-inspectiontool|googleother|google-extended|apis-google|adsbot-google",
    "Bing": "bingbot|msnbot|bingpreview",
    "Yandex": "yandexbot|yandex.com/bots",
    "DuckDuckGo": "duckduckbot|duckduckgo-favicons",
    "Baidu": "baiduspider",
    "Apple": "applebot|applenewsbot",
    "Yahoo": "slurp",
    "Sogou": "sogou",
    "Seznam": "seznambot",
    "PetalBot": "petalbot|aspiegelbot",
    "Mail.ru": "mail.ru_bot",
    "OpenAI": "gptbot|oai-searchbot|chatgpt-user",
    "Anthropic": "claudebot|claude-user|claude-searchbot|anthropic-ai",
    "Perplexity": "perplexitybot|perplexity-user",
    "ByteDance": "bytespider",
    "Amazon": "amazonbot",
    "Common Crawl": "ccbot/",
    "Internet Archive": "archive.org_bot|ia_archiver|heritrix",
    "Facebook": "facebookexternalhit|meta-externalagent|facebot",
    "X": "twitterbot",
    "LinkedIn": "linkedinbot",
    "WhatsApp": "whatsapp/",
    "Ahrefs": "ahrefsbot|ahrefssiteaudit",
    "Semrush": "semrushbot",
    "Majestic": "mj12bot",
    "Moz": "dotbot",
    "BLEXBot": "blexbot",
    "DataForSEO": "dataforseobot",
}
_SCRIPTS = {
    "feedparser": "feedparser",
    "SimplePie": "simplepie",
    "WordPress": "wordpress/",
    "Drupal": "drupal",
    "rss-parser": "rss-parser",
    "Rome": "rome client",
    "Python": "python-requests|python-urllib|python-httpx|aiohttp/|python/",
    "curl": "curl/",
    "Wget": "wget/",
    "Go": "go-http-client",
    "Java": "java/|apache-httpclient|java-http-client",
    "okhttp": "okhttp",
    "PHP": "guzzlehttp|php/|feed-io",
    "Ruby": "ruby|faraday|http.rb",
    "Perl": "libwww-perl|lwp::|lwp-",
    "Node.js": "axios/|node-fetch|undici|got (|node.js|superagent|bun/|deno/",
    ".NET": ".net/|dotnet|powershell",
    "Rust": "reqwest|ureq/|feed-rs",
    "Postman": "postmanruntime",
    "Headless browser": "headlesschrome|phantomjs|puppeteer|playwright",
    "Scrapy": "scrapy",
}
_GENERIC_APPS = {"Other feed readers": "rss|feed|news reader|newsreader", "Other Apple apps": "cfnetwork"}
_GENERIC_BOTS = {"Other bots": "bot/|bot;|bot)|-bot|robot|crawl|spider|+http"}
_BROWSERS = {
    "Edge": "edg/|edge/|edga/|edgios/",
    "Opera": "opr/|opera",
    "Yandex Browser": "yabrowser",
    "Samsung Internet": "samsungbrowser",
    "UC Browser": "ucbrowser",
    "Firefox": "firefox/|fxios/",
    "Chrome": "chrome/|crios/|chromium/",
    "Safari": "safari/",
    "Internet Explorer": "msie |trident/",
    "Lynx": "lynx/",
}

NAMELESS, UNKNOWN = "No name given", "Other"
_TABLES = (
    (AGGREGATOR, _AGGREGATORS),
    (APP, _APPS),
    (MONITORING, _MONITORING),
    (BOT, _BOTS),
    (SCRIPT, _SCRIPTS),
    (APP, _GENERIC_APPS),
    (BOT, _GENERIC_BOTS),
    (BROWSER, _BROWSERS),
)
KIND_OF: dict[str, str] = {
    **{name: kind for kind, table in _TABLES for name in table},
    NAMELESS: OTHER,
    UNKNOWN: OTHER,
}
"""Family → what kind of reader it is. There are no families but these."""
_SIGNS = tuple((sign, name) for _, table in _TABLES for name, signs in table.items() for sign in signs.split("|"))

_FIGURE = r"([0-9][0-9,]{0,40})"
_SUBSCRIBERS = (
    # "16 subscribers", "1,204 readers". Not "Reader 2.2", which is a version.
    re.compile(rf"(?<![0-9a-z.,/]){_FIGURE} ?(?:subscribers?|readers|users)\b"),
    # "Subscriber Count: 16", "subscribers=16", "users 2; views 169".
    re.compile(rf"\b(?:subscribers?(?: count)?|users)[ :=]{{1,3}}{_FIGURE}(?![0-9.,])"),
)


class Reader(NamedTuple):
    """What is kept of a User-Agent."""

    family: str
    subscribers: int
    """As reported, at most ten million; 0 where nothing is said."""


def reader(agent: str) -> Reader:
    """The family and the reported subscribers of a User-Agent; whatever it says, there is an answer."""
    said = agent[:LONGEST].lower()
    if not said.strip(" -\t"):
        return Reader(NAMELESS, 0)
    family = next((name for sign, name in _SIGNS if sign in said), UNKNOWN)
    return Reader(family, _subscribers(said))


def _subscribers(said: str) -> int:
    """How many people the reader says it reads for."""
    if "subscriber" not in said and "readers" not in said and "users" not in said:
        return 0
    found = next((match for pattern in _SUBSCRIBERS if (match := pattern.search(said))), None)
    return min(MOST_SUBSCRIBERS, int(found[1].replace(",", ""))) if found else 0
