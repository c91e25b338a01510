"""Privacy as running code: classes of personal data, pseudonyms, terms, published counts, the register."""
