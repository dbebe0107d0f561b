"""How programs and archives are laid out, from their headers alone: used by intake and by examiners."""
