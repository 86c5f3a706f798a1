// feedsmith, which knows every namespace.
import { parseFeed } from "feedsmith";

const { format, feed } = parseFeed(await (await fetch(process.argv[2])).text());
const read = {
  atom: (one) => ({
    id: one.id,
    title: one.title.value ?? one.title,
    published: Date.parse(one.published) / 1000,
    updated: Date.parse(one.updated) / 1000,
    text: one.content.value ?? one.content,
    enclosures: (one.links ?? []).filter((link) => link.rel === "enclosure").map((link) => link.href),
  }),
  rss: (one) => ({
    id: one.guid.value,
    title: one.title,
    published: Date.parse(one.pubDate) / 1000,
    text: one.content?.encoded ?? one.description,
    enclosures: (one.enclosures ?? []).map((file) => file.url),
  }),
  json: (one) => ({
    id: one.id,
    title: one.title,
    published: Date.parse(one.date_published) / 1000,
    updated: Date.parse(one.date_modified) / 1000,
    text: one.content_html,
    enclosures: (one.attachments ?? []).map((file) => file.url),
  }),
};
console.log(JSON.stringify(((format === "atom" ? feed.entries : feed.items) ?? []).map(read[format])));
