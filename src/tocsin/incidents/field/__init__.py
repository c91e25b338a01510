"""Tasks in the field: whose they are, what a responder answers, where one is who consents to it."""
