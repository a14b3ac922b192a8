"""The mailboxes of everybody in the demo: what left the relay, as a mail program shows it, and a way to
answer through the mail door. With EMAIL_URL, and outside the demo, every page here is a 404."""
