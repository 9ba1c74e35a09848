"""The page and the report in a real browser: every view, by mouse and by keyboard, on a phone and in the dark."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import topics

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ROOT = Path(__file__).parents[2]
# npm install --prefix tests axe-core
AXE = ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js"
DONE = "main:not([aria-busy]) h1"
# Chromium as a test wants it: no sandbox for root, no talk with its maker.
FLAGS = (
    "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update "
    "disable-sync"
)
# A folder for pictures of every view; with it, every model in every form is looked at.
SHOTS = os.environ.get("TOPICS_SHOTS")
FORMS = [(1280, "light"), (375, "dark")] + ([(375, "light"), (1280, "dark")] if SHOTS else [])

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt install chromium, or set CHROMIUM")


def wait_until(page: Any, expression: str, arg: object = None, seconds: float = 20) -> None:
    """Ask again until it holds: Playwright evaluates what it waits for as a string, which the page forbids."""
    until = time.monotonic() + seconds
    while not page.evaluate(expression, arg):
        assert time.monotonic() < until, expression
        time.sleep(0.05)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[f"--{flag}" for flag in FLAGS.split()])
        yield browser
        browser.close()


Open = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Opens pages; in the end none may have complained, or asked another host."""
    said: list[str] = []
    asked: list[str] = []
    contexts = []

    def start(address: str, width: int = 1280, scheme: str = "light") -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        page.wait_for_selector(DONE)
        return page

    yield start
    for context in contexts:
        context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:"))] == []


# The real corpora take minutes, and so are asked for with the pictures.
CORPORA = ["sample", "bbc", "reuters-train"] if SHOTS else ["sample"]


@pytest.fixture(scope="session", params=CORPORA)
def named(request: pytest.FixtureRequest, sample_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The folder of models and the name of one in it."""
    if request.param == "sample":
        return sample_models, "sample"
    folder = Path(os.environ.get("TOPICS_DATA") or ROOT.parent / "shared" / "data")
    corpus = folder / f"{request.param}.jsonl.gz"
    if not corpus.is_file():
        pytest.skip(f"{corpus.name} is not in {folder}; set TOPICS_DATA to where the real corpora are")
    models = tmp_path_factory.mktemp("real")
    topics.train(topics.read([corpus]), request.param, models=str(models))
    return models, request.param


@pytest.fixture(scope="session")
def site(named: Any, serve: Any) -> Any:
    """The page of a model: its address, the model, its name."""
    models, name = named
    server = serve(name, models=models, options=["--no-access-log"])
    return f"{server.address}/", topics.load(name, models=str(models)), name


@pytest.fixture(scope="session")
def report(named: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The report of a model: its address, the model, its name."""
    from click.testing import CliRunner

    from topics.cli.report import command

    models, name = named
    target = tmp_path_factory.mktemp("report") / f"{name}.html"
    CliRunner().invoke(command, [name, "--models", str(models), "-o", str(target)], catch_exceptions=False)
    assert target.stat().st_size < 5_000_000
    return target.as_uri(), topics.load(name, models=str(models)), name


def views(model: topics.Model, name: str) -> dict[str, str]:
    """An address for each view; articles and words are some of the model's own."""
    article = quote(model.articles(0, top=1)[0].article.id, safe="")
    word = model.topics(1)[0].keywords[0].term
    return {
        "stories": f"#/{name}/stories",
        "topics": f"#/{name}/topics",
        "topic": f"#/{name}/topic/1",
        "trends": f"#/{name}/trends",
        "compare": f"#/{name}/compare",
        "article": f"#/{name}/article/{article}",
        "search": f"#/{name}/search?q={quote(word)}",
    }


def go(page: Any, address: str) -> str:
    """Opens another view of the page; gives its heading."""
    page.evaluate("hash => { document.querySelector('main h1').remove(); location.hash = hash; }", address)
    page.wait_for_selector(DONE)
    assert page.locator("[role=alert]").count() == 0, page.inner_text("main")
    return str(page.inner_text("h1"))


def test_mouse_leads_through_every_view(site: Any, open_page: Open) -> None:
    address, model, _ = site
    page = open_page(address)
    first = model.topics()[0]
    assert page.locator(".topics > li").count() == len(model.fitted)
    page.click(f"a.name:text-is({first.label!r})")
    wait_until(page, "label => document.querySelector('main h1')?.textContent === label", arg=first.label)
    assert page.locator(".articles > li").count() == 20
    page.click("button:text('Show more')")
    wait_until(page, "document.querySelectorAll('.articles > li').length === 40")
    strongest = model.articles(0, top=1)[0].article
    page.click(".articles > li:first-child a.title")
    page.wait_for_selector("aside")
    assert page.inner_text("h1") == (strongest.title or strongest.id)
    near = model.similar(strongest.id)
    assert page.locator("aside section:last-child > .articles > li").count() == len(near)
    page.locator("aside details summary").first.click()
    page.wait_for_selector("aside details[open] mark")
    assert page.locator("article .text mark").count() > 0
    page.fill("input[type=search]", first.keywords[0].term)
    page.click("button:text('Search')")
    page.wait_for_selector("main mark")
    page.click("nav a:text('Compare')")
    page.wait_for_selector("main:not([aria-busy]) table.heat, main:not([aria-busy]) h1:text('Who writes about what')")


def test_every_view_opens_by_its_address(site: Any, open_page: Open) -> None:
    """What a friend sees who is sent the address is what was on the screen."""
    address, model, name = site
    page = open_page(address)
    for view in views(model, name).values():
        heading = go(page, view)
        text = page.inner_text("main")
        fresh = open_page(f"{address}{view}")
        assert fresh.inner_text("h1") == heading
        assert fresh.inner_text("main") == text


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_every_view_fits_and_can_be_used_by_everyone(site: Any, open_page: Open, width: int, scheme: str) -> None:
    """Nothing sticks out at phone width; axe finds nothing serious, in light and dark."""
    address, model, name = site
    page = open_page(address, width, scheme)
    for view, at in views(model, name).items():
        go(page, at)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), view
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{view}-{width}-{scheme}.png", full_page=True)
        if AXE.is_file():
            page.wait_for_timeout(200)  # colours are judged when the view has faded in
            page.evaluate(AXE.read_text("utf-8"))
            found = page.evaluate("axe.run()")["violations"]
            serious = [v for v in found if v["impact"] in ("serious", "critical")]
            assert not serious, [(view, v["id"], [node["html"][:200] for node in v["nodes"][:3]]) for v in serious]


def test_axe_is_there() -> None:
    """Says so when the checks above ran without it."""
    if not AXE.is_file():
        pytest.skip("no axe-core: npm install --prefix tests axe-core")


def test_keyboard_is_enough(site: Any, open_page: Open) -> None:
    """From the top to a topic, to an article, to a search, without a mouse; the focus is always to be seen."""
    address, model, _ = site
    page = open_page(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "view"
    for wanted in ("a.name", "a.title"):
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", wanted):
                break
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        heading = page.inner_text("h1")
        page.keyboard.press("Enter")
        wait_until(page, "before => !['', before].includes(document.querySelector('main h1')?.innerText)", arg=heading)
        assert page.evaluate("document.activeElement.tagName") == "H1"
    page.wait_for_selector(DONE)  # a view that is still being drawn takes the focus when it is there
    page.keyboard.press("/")
    page.keyboard.type(model.topics(1)[0].keywords[0].term)
    page.keyboard.press("Enter")
    page.wait_for_selector("main ol.articles mark")


def test_filters_stand_in_the_address_and_narrow_every_list(site: Any, open_page: Open) -> None:
    address, model, name = site
    facet = model.segments[0].facets
    key, values = ("source", list(facet.sources)) if len(facet.sources) else ("section", list(facet.sections))
    page = open_page(f"{address}#/{name}/topic/0")
    page.click("details.filters summary")
    page.select_option(f"select[name={key}]", values[0])
    wait_until(page, "key => location.hash.includes(`${key}=`)", arg=key)
    page.wait_for_selector(DONE)
    wanted = topics.Filters(**{f"{key}s": (values[0],)})
    found = model.articles(0, top=20, filters=wanted)
    wait_until(page, "count => document.querySelectorAll('.articles > li').length === count", arg=len(found))
    if found:
        assert page.inner_text(".articles > li:first-child a.title") == (found[0].article.title or found[0].article.id)


def test_an_address_that_leads_nowhere_says_so(open_page: Open, site: Any, browser: Any) -> None:
    address, _, name = site
    page = open_page(f"{address}#/{name}/nowhere")
    assert "no view at this address" in page.inner_text("[role=alert]")
    page.click("main a")
    page.wait_for_selector(".topics")


def test_text_of_articles_is_never_run(tmp_path: Path, serve: Any, open_page: Open) -> None:
    """Markup in titles, texts, sources and URLs is shown as it is written."""
    bad = '<img src=x onerror="document.title=1"><script>document.title=1</script></script>'
    rows = [
        {
            "id": f"{bad}/{i}",
            "title": f"{bad} {i}",
            "text": f"{bad} {'rose' if i % 2 else 'fell'} {i}",
            "source": bad,
            "url": "javascript:alert(1)",
        }
        for i in range(20)
    ]
    model = topics.train(rows, "bad", models=str(tmp_path))
    server = serve("bad", models=tmp_path)
    from topics.report.data import pack, report
    from topics.report.page import page as document

    html = tmp_path / "bad.html"
    html.write_text(document(bad, pack(report(topics.load("bad", models=str(tmp_path)), "bad"))), "utf-8")
    for address in (f"{server.address}/", html.as_uri()):
        page = open_page(address)
        for view in views(model, "bad").values():
            go(page, view)
            assert page.locator("main img, main script").count() == 0
            assert page.locator("a[href^='javascript']").count() == 0
            assert page.title() != "1"


def test_the_report_opens_from_disk_and_shows_what_the_page_shows(report: Any, site: Any, open_page: Open) -> None:
    address, model, name = report
    page = open_page(address)
    live = open_page(site[0])
    for view, at in views(model, name).items():
        assert go(page, at) == go(live, at)
        if view in ("topics", "compare"):  # a report holds some of the articles, and less of their texts
            assert page.inner_text("main") == live.inner_text("main")


def test_filters_of_the_report_count_as_the_service_does(report: Any, site: Any, open_page: Open) -> None:
    """Shares under a filter, worked out in the page from the articles it holds, against those of the model."""
    address, model, name = report
    if len(model) > 10_000:
        pytest.skip("the report holds a part of the articles")
    section = next(iter(model.segments[0].facets.sections))
    shown = []
    for base in (address, site[0]):
        page = open_page(f"{base}#/{name}/topics?section={quote(section)}")
        shown.append([float(text.rstrip("%")) for text in page.locator(".share > span:last-child").all_inner_texts()])
    assert shown[0] == pytest.approx(shown[1], abs=0.11)  # the report rounds weights to thousandths
    assert sum(shown[1]) == pytest.approx(100, abs=1.5)


def test_plots_and_tables_can_be_saved(site: Any, open_page: Open, tmp_path: Path) -> None:
    address, model, name = site
    page = open_page(f"{address}#/{name}/topics")
    with page.expect_download() as download:
        page.click("button:text('Save as CSV')")
    table = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert table[0] == "topic,label,share,keywords"
    assert len(table) == len(model.fitted) + 1
    if model.trends().groups[0].periods:
        go(page, f"#/{name}/topic/0")
        with page.expect_download() as download:
            page.click("button:text('Save as SVG')")
        assert Path(download.value.path()).read_text("utf-8").startswith("<svg")
