"""topics report"""

from __future__ import annotations

from pathlib import Path

import click

from topics.cli import options


@click.command("report", epilog="Example: topics report sample -o sample.html")
@options.name
@click.option("--output", "-o", "path", metavar="FILE", help="Where to write it [default: NAME.html]; - is stdout.")
@options.quiet
@options.models
def command(name: str, path: str | None, quiet: bool, models: str | None) -> None:
    """Write topics, articles and trends as one page that opens from disk, without a network.

    Up to 10,000 articles are in it with the beginning of their texts; of a larger model the strongest of each topic.
    Its plots can be saved as SVG, its tables as CSV.
    """
    from topics.api import load
    from topics.cli.progress import Bar
    from topics.report.data import pack, report
    from topics.report.page import page
    from topics.store.names import find, models_folder

    folder = find(name, models_folder(models)).resolve()
    model = load(name, models=models)
    with Bar(quiet) as bar:
        data = report(model, folder.name, lambda done, total: bar.step("comparing articles", done, total))
    html = page(f"Topics of {folder.name}", pack(data))
    if path == "-":
        click.echo(html, nl=False)
        return
    target = Path(path or f"{folder.name}.html")
    target.write_text(html, "utf-8")
    if not quiet:
        held = len(data["articles"]["id"])
        of = f"{held:,} of {len(model):,}" if held < len(model) else f"{held:,}"
        click.echo(f"{target}: {of} articles, {target.stat().st_size / 1e6:.1f} MB", err=True)
