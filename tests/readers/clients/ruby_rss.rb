# Ruby's own rss library, validating: it refuses what the standards refuse.
require "json"
require "net/http"
require "rss"

feed = RSS::Parser.parse(Net::HTTP.get(URI(ARGV[0])).force_encoding("UTF-8"), true)
told = feed.items.map do |one|
  if one.respond_to?(:guid)
    { id: one.guid.content, title: one.title, published: one.pubDate.to_i, text: one.content_encoded || one.description,
      enclosures: one.enclosure ? [one.enclosure.url] : [] }
  else
    { id: one.id.content, title: one.title.content, published: one.published.content.to_i, updated: one.updated.content.to_i,
      text: one.content.content, enclosures: one.links.select { |link| link.rel == "enclosure" }.map(&:href) }
  end
end
puts JSON.generate(told)
