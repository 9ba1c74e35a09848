"""What a paper's methods section says of a model."""

from __future__ import annotations

from topics.pieces import most
from topics.settings import Settings
from topics.store.manifest import Manifest


def paragraph(manifest: Manifest) -> str:
    """Versions, settings, corpus and counts of a model, as a paragraph."""
    settings, info = Settings.from_row(manifest.settings), manifest.info
    n_articles = manifest.counts.get("fitted_articles", 0)
    versions = ", ".join(f"{name} {version}" for name, version in manifest.versions.items() if name != "topics")
    weighing = f"BM25 saturation (k1 = {settings.k1:g}, b = {settings.b:g})" if settings.k1 is not None else "counts"
    sentences = [
        f"Topics were fitted with topics {manifest.versions.get('topics')} ({versions}) on {manifest.created[:10]}.",
        f"Of the records read, {n_articles:,} articles were kept"
        + (f" and {info['skipped']:,} left out" if "skipped" in info else "")
        + (f" (corpus SHA-256 sum {info['corpus']})." if "corpus" in info else "."),
        "Furniture of pages was removed from the texts before counting." if settings.clean else "",
        f"Words (language {settings.language}; {'stemmed' if settings.stem else 'not stemmed'}) in at least "
        f"{settings.least_df(n_articles)} articles and at most {settings.max_df:.0%} of them were counted, those of "
        f"titles {settings.title_weight:g} times, and weighed by {weighing} times IDF to the power of "
        f"{settings.idf_power:g}{', at unit length' if settings.norm else ''}.",
        f"For the fit, articles were cut into up to {most(n_articles)} pieces of about {settings.piece} words."
        if settings.piece and most(n_articles) > 1
        else "",
        f"{len(settings.stop_words)} further stop words were given." if settings.stop_words else "",
        f"The matrix was factorised into {settings.n_topics} topics by non-negative matrix factorisation (Frobenius "
        f"loss; HALS, Cichocki & Phan 2009; from singular vectors rotated by varimax, Rohe & Zeng 2023; seed "
        f"{settings.seed}; at most {settings.max_iter} iterations, tolerance {settings.tol:g}; "
        f"{'converged' if info.get('converged') else 'not converged'}).",
        f"The number of topics was chosen by stability under resampling: {info['choice']['reason']}."
        if "choice" in info
        else "",
        "Topics were guided: " + "; ".join(f"{name} by {', '.join(words)}" for name, words in settings.guides) + "."
        if settings.guides
        else "",
        steered(manifest),
        "Keywords are ranked by strength in a topic times the topic's share of them (after Sievert & Shirley 2014).",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def steered(manifest: Manifest) -> str:
    """What was done to the topics by hand, "" when nothing was."""
    rows = manifest.info.get("topics", [])
    named = sum(bool(row.get("given")) and not row.get("guided") for row in rows)
    parts = []
    if len(rows) != int(manifest.settings.get("n_topics", len(rows))):
        parts.append(f"{len(rows)} topics were left after equal ones, merging and dropping")
    if named:
        parts.append(f"{named} were named by hand")
    if hidden := sum(bool(row.get("hidden")) for row in rows):
        parts.append(f"{hidden} are not used as tags")
    return f"{'; '.join(parts).capitalize()}." if parts else ""
