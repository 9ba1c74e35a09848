"""topics serve"""

from __future__ import annotations

import click

from topics.cli import options


@click.command("serve", epilog="Example: topics serve sample --port 8000")
@click.argument("names", metavar="NAME...", nargs=-1, required=True, shell_complete=options.complete_models)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 is every network.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free one.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that answer.")
@click.option("--cors", multiple=True, metavar="ORIGIN", help="Site whose pages may ask; may be repeated.")
@click.option("--write", is_flag=True, help="Let holders of $TOPICS_TOKEN add and remove articles.")
@click.option("--time-limit", type=click.FloatRange(1, 3600), default=30, show_default=True, help="Seconds a request.")
@click.option("--body-limit", type=click.IntRange(1), default=20, show_default=True, help="Megabytes a request.")
@click.option("--no-access-log", is_flag=True, help="Do not log each request.")
@options.models
def command(
    names: tuple[str, ...],
    host: str,
    port: int,
    workers: int,
    cors: tuple[str, ...],
    write: bool,
    time_limit: float,
    body_limit: int,
    no_access_log: bool,
    models: str | None,
) -> None:
    """Answer over HTTP: a page at /, the look-ups as JSON below /v1, their description at /docs.

    A model that is trained again or added to is picked up as it changes. Needs: pip install 'news-topics[serve]'.
    """
    from topics.errors import MissingExtra
    from topics.store.names import find, models_folder

    folders = {path.name: str(path.absolute()) for path in (find(name, models_folder(models)) for name in names)}
    if len(folders) < len(names):
        raise click.UsageError("two models of one name cannot be served together")
    try:
        from topics.service.app import Serving, make_app
        from topics.service.run import free_port, run
    except ImportError as error:
        raise MissingExtra(f"serving needs {error.name}; try: pip install 'news-topics[serve]'") from error

    serving = Serving(folders, write, list(cors), body_limit * 1_000_000, time_limit)
    make_app(serving)  # what is wrong with a model or a setting is said here, before a process is started
    port = free_port(host, port)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"http://{shown}:{port}/ answers for {', '.join(folders)}; Ctrl-C stops it", err=True)
    run(serving, host, port, workers=workers, access_log=not no_access_log)
