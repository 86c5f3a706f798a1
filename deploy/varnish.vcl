vcl 4.1;

# feedsvc behind Varnish 6 or 7, with something in front of it that speaks TLS (Hitch, Caddy, nginx). Start varnishd with
# `-p http_gzip_support=off`: feedsvc sends feeds compressed, with validators that belong to those bytes, and Varnish would
# weaken them where it unpacks or packs by itself.
#
# Feeds and pictures are kept for one second, then asked about again (If-None-Match): a withdrawal is gone within two
# seconds, what goes live is there within one. No grace: what is past its second is never sent. A feed's own Cache-Control
# (max-age=300, s-maxage=5, stale-if-error=600) passes through to readers and is not followed here: it is for caches that
# nobody can tell of a withdrawal.

import std;

backend feedsvc {
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 2s;
    .first_byte_timeout = 30s;
    .between_bytes_timeout = 10s;
    .probe = {
        .url = "/healthz";
        .interval = 2s;
        .timeout = 2s;
        .window = 3;
        .threshold = 1;
        .initial = 2;
    }
}

sub vcl_recv {
    if (req.http.X-Request-Id !~ "^[A-Za-z0-9._-]{8,64}$") {
        set req.http.X-Request-Id = "varnish-" + req.xid;
    }
    # Yours to change: who may read the figures.
    if (req.url ~ "^/metrics" && client.ip != "127.0.0.1") {
        return (synth(403));
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Feeds: by path, coding and navigation, and by nothing else that a client may send.
    if (req.url ~ "^/(?:[a-z][a-z]/)?feeds/[^?]+\.(?:atom|rss|json|xml)(?:\?|$)") {
        if (req.http.Sec-Fetch-Dest == "document" && req.url !~ "[?&]raw=1(?:&|$)") {
            return (pass);
        }
        if (req.http.If-None-Match ~ "^\*$|,") {
            # Varnish compares with one tag alone.
            return (pass);
        }
        unset req.http.Sec-Fetch-Dest;
        unset req.http.Cookie;
        unset req.http.Authorization;
        set req.url = regsub(req.url, "\?.*$", "");
        if (req.http.Accept-Encoding ~ ";\s*q=") {
            # Somebody with wishes of their own: feedsvc weighs them.
            return (pass);
        } elseif (req.http.Accept-Encoding ~ "\bbr\b") {
            set req.http.Accept-Encoding = "br";
        } elseif (req.http.Accept-Encoding ~ "\bzstd\b") {
            set req.http.Accept-Encoding = "zstd";
        } elseif (req.http.Accept-Encoding ~ "\bgzip\b") {
            set req.http.Accept-Encoding = "gzip";
        } else {
            unset req.http.Accept-Encoding;
        }
        return (hash);
    }
    if (req.url ~ "^/(?:media|static)/") {
        unset req.http.Cookie;
        return (hash);
    }
    # Pages, desk, API: passed on. feedsvc says of each what a browser may keep.
    return (pass);
}

sub vcl_backend_response {
    set beresp.grace = 0s;
    if (bereq.uncacheable || beresp.status != 200 || beresp.http.Cache-Control !~ "^public\b") {
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        return (deliver);
    }
    set beresp.ttl = 1s;
    set beresp.keep = 10m;
    return (deliver);
}

sub vcl_deliver {
    # It would add to what feeds say themselves of how long they may be kept.
    unset resp.http.Age;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
}

sub vcl_backend_error {
    set beresp.status = 503;
    set beresp.http.Retry-After = "5";
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Content-Type = "text/plain; charset=utf-8";
    synthetic("The newsroom is being restarted. Please try again in a few seconds." + {"
"});
    return (deliver);
}

sub vcl_synth {
    set resp.http.Cache-Control = "no-store";
    set resp.http.Content-Type = "text/plain; charset=utf-8";
    synthetic(resp.reason + {"
"});
    return (deliver);
}
