"""Examination of where a delivery's pages, style sheets, images and scripts lead."""
