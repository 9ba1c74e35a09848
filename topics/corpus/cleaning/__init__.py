"""Cleaning: what of a page is not the article.

Two kinds of knowledge meet here.  Rules by wording and shape hold for any page ("Read more:", "LONDON, Oct 7 (Reuters)
-"); the rest is learned from the corpus itself, source by source, for a line that stands under forty unrelated articles
of one outlet is the outlet's and not theirs.  Pure functions, no files.
"""

from __future__ import annotations

from topics.corpus.cleaning.clean import clean, filed, looked_over, words_of
from topics.corpus.cleaning.furniture import Furniture
from topics.corpus.cleaning.learn import Learner
from topics.corpus.cleaning.records import Cleaned, Cut

__all__ = ["Cleaned", "Cut", "Furniture", "Learner", "clean", "filed", "looked_over", "words_of"]
