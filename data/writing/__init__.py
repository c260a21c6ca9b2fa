"""Writes workbooks, calendars and run sheets."""
