"""What feedsvc is measured beside: each module starts one real server with the corpus on a free port of loopback."""
