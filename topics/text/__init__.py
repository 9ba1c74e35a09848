"""From text to terms: words, their normal form, the words that carry no subject."""
