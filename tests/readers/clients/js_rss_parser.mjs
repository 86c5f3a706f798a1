// rss-parser: asks with an Accept of RSS alone, whatever the address.
import Parser from "rss-parser";

const found = await new Parser({ customFields: { item: [["published", "published"]] } }).parseURL(process.argv[2]);
console.log(
  JSON.stringify(
    found.items.map((one) => ({
      id: one.guid ?? one.id,
      title: one.title,
      published: Date.parse(one.published ?? one.pubDate) / 1000,
      text: one["content:encoded"] ?? one.content,
      enclosures: one.enclosure ? [one.enclosure.url] : [],
    })),
  ),
);
