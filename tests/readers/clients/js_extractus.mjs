// @extractus/feed-extractor, as it reads when it is told to leave texts whole.
import { extract } from "@extractus/feed-extractor";

const found = await extract(process.argv[2], {
  descriptionMaxLen: 0,
  getExtraEntryFields: (one) => ({
    guid: one.guid?.["#text"] ?? one.guid ?? one.id,
    whole: one["content:encoded"] ?? one.content?.["#text"] ?? one.content_html,
  }),
});
console.log(
  JSON.stringify(
    (found.entries ?? []).map((one) => ({
      id: one.guid,
      title: one.title,
      published: Date.parse(one.published) / 1000,
      text: one.whole,
    })),
  ),
);
