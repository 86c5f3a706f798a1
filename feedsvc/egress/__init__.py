"""Every outbound byte leaves through this room: mail, what `doctor` asks, and what subscribers are sent.

`ranges` decides which addresses may be dialled, `dialling` makes a transfer that can do nothing else, `flights` carries
many of them at once, `looking` asks what the operator named, `mail` hands over letters.
"""

from feedsvc.egress.looking import Seen, look
from feedsvc.egress.mail import greet_mail, send_mail, sender

__all__ = ["Seen", "greet_mail", "look", "send_mail", "sender"]
