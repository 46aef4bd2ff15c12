"""Mails, mailboxes, Outlook's messages, signed mail."""
