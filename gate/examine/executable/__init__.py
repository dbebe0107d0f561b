"""Examination for content in executable program format."""
