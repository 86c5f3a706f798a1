"""Telling whoever subscribed: the hub that takes subscriptions, the queue of what is to be sent, and the sender."""
