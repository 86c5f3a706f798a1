// node-feedparser: a stream.
import { Readable } from "node:stream";
import FeedParser from "feedparser";

const found = [];
const parser = new FeedParser({ addmeta: false });
parser.on("readable", () => {
  for (let one = parser.read(); one; one = parser.read())
    found.push({
      id: one.guid,
      title: one.title,
      published: one.pubdate.getTime() / 1000,
      text: one.description,
      enclosures: one.enclosures.map((file) => file.url),
    });
});
parser.on("end", () => console.log(JSON.stringify(found)));
Readable.fromWeb((await fetch(process.argv[2])).body).pipe(parser);
