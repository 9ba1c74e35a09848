"""Terms that come week after week at one rate: the "Qtly div" of serial notices, a country, an office.

An event comes in a burst, so the articles that hold its names lie nearer to each other in time than articles in general
do. Those of a series, or of a theme, do not. docs/quality.md says what that buys.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from topics.facets import UNDATED

# Seconds within which two articles are near: five to ten days tell the same, three cost .002 on the sample.
NEAR = 7 * 86_400
# A term is steady when its articles are near each other less than so many times as often as any two are: with 1.1
# notices of dividends are no series, with 1.3 events of the sample begin to fall apart.
BURST = 1.2
# Of fewer articles nothing is said: chance.
LEAST = 30
# Nor where more than this part of all pairs is near, which a term could hardly exceed: in three weeks and less.
MOST_NEAR = 0.5


def nearness(dates: NDArray[np.int64]) -> float:
    """The part of all pairs of dated articles that are near in time; 1 when there are no two."""
    times = dates[dates != UNDATED]
    if len(times) < 2:
        return 1.0
    pairs = _near_pairs(np.zeros(len(times), np.int64), times, 1)
    return float(pairs[0]) / (len(times) * (len(times) - 1) / 2)


def steady(terms: NDArray[np.int64], dates: NDArray[np.int64], n_terms: int, everywhere: float) -> NDArray[np.bool_]:
    """Which terms come at one rate: bool (n_terms,).

    terms, dates : of each article that holds a term, in any order.  everywhere : the `nearness` of all articles.
    """
    dated = dates != UNDATED
    counts = np.bincount(terms[dated], minlength=n_terms)
    enough = counts >= LEAST
    if everywhere > MOST_NEAR or not enough.any():
        return np.zeros(n_terms, np.bool_)
    dated &= enough[terms]
    near = _near_pairs(terms[dated], dates[dated], n_terms)
    return np.asarray(enough & (near < BURST * everywhere * (counts * (counts - 1) / 2)))


def _near_pairs(terms: NDArray[np.int64], dates: NDArray[np.int64], n_terms: int) -> NDArray[np.int64]:
    """How many pairs of the articles of each term are near.  dates : none is UNDATED."""
    first = dates.min(initial=0)
    # term and time in one number, far enough apart that no article is near one of another term: one sort does for all
    step = int(dates.max(initial=0)) - int(first) + NEAR + 1
    places = np.sort(terms * step + (dates - first))
    later = np.searchsorted(places, places + NEAR, side="right") - np.arange(len(places)) - 1
    return np.bincount(places // step, later, n_terms).astype(np.int64)
