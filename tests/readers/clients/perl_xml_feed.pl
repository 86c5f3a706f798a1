# XML::Feed, which sends no Accept and hides the differences of the formats.
use strict;
use warnings;
use JSON;
use URI;
use XML::Feed;

my $feed = XML::Feed->parse(URI->new($ARGV[0])) or die XML::Feed->errstr;
# Of Atom it gives octets, of RSS characters.
sub characters { my ($said) = @_; utf8::decode($said) unless utf8::is_utf8($said); return $said }
my @told = map {
    my @files = map { $_->url } grep { defined } $_->enclosure;
    { id => $_->id, title => characters($_->title), published => $_->issued->epoch, text => characters($_->content->body),
      enclosures => \@files }
} $feed->entries;
print JSON->new->utf8->encode(\@told);
