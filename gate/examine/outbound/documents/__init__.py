"""Readers of documents: Office, PDF, RTF, mail, contacts and calendars."""
