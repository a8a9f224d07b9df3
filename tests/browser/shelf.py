"""Pages that were drawn before, given to a browser once more, with axe and a ruler laid to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Thread
from typing import TYPE_CHECKING

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask, Response
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from tests.browser.conftest import RULES
from tests.browser.sample import Sample

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAGNIFIED = {"width": 320, "height": 256}
LARGE = {"width": 360, "height": 740}
"""A phone whose text is set to 200 %."""
IN_WORDS = (
    "aria-command-name",
    "aria-input-field-name",
    "aria-toggle-field-name",
    "button-name",
    "document-title",
    "empty-heading",
    "empty-table-header",
    "html-has-lang",
    "html-lang-valid",
    "image-alt",
    "input-button-name",
    "label",
    "landmark-unique",
    "link-name",
    "role-img-alt",
    "scrollable-region-focusable",
    "select-name",
    "summary-name",
    "svg-img-alt",
    "target-size",
    "valid-lang",
)
"""Rules about what is said, and how wide it is: what another language may break."""
WIDE = "document.documentElement.scrollWidth"
SIZE = "(size) => { document.documentElement.style.fontSize = size; }"
ASK = """([rules, inWords, english]) => {
  const found = async (options) => {
    const { violations } = await axe.run({ resultTypes: ["violations"], ...options });
    return violations.map((one) => `${one.id}: ${one.help} `
      + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | "));
  };
  const inEnglish = () => {
    const page = new DOMParser().parseFromString(english, "text/html");
    document.documentElement.lang = page.documentElement.lang;
    document.title = page.title;
    document.body.replaceWith(document.adoptNode(page.body));
    const wide = document.documentElement.scrollWidth;
    return wide > innerWidth ? [`${wide} wide on ${innerWidth} in English`] : [];
  };
  const all = async () => [
    ...await found({ runOnly: { type: "tag", values: rules } }),
    ...inEnglish(),
    ...await found({ runOnly: { type: "rule", values: inWords } }),
  ];
  window.answer = all();
}"""


class Shelf:
    """One page of a browser, at a server of one sample at a time and of the files that go with it.

    The files are those that a browser keeps. `lay` and `take` come in turn: between them axe works
    by itself, so that another shelf can be laid out meanwhile.
    """

    def __init__(self, app: Flask, browser: Browser) -> None:
        self._app = app
        self._sample: Sample | None = None
        self._server = make_server("127.0.0.1", 0, self, threaded=True)
        self._serving = Thread(target=self._server.serve_forever)
        self._serving.start()
        self._home = f"http://127.0.0.1:{self._server.port}"
        self._context = browser.new_context(
            viewport=MAGNIFIED,  # type: ignore[arg-type]
            locale="zh-CN",
            service_workers="block",
        )
        self._page = self._context.new_page()

    def close(self) -> None:
        self._context.close()
        self._server.shutdown()
        self._serving.join()
        self._server.server_close()

    def lay(self, sample: Sample, english: str) -> list[str]:
        """What runs off to the side; axe is asked, and answers to `take`."""
        self._sample = sample
        page = self._page
        page.goto(self._home + sample.address)
        found = self._sideways("320")
        page.evaluate(SIZE, "200%")
        page.set_viewport_size(LARGE)  # type: ignore[arg-type]
        found += self._sideways("200 %")
        page.set_viewport_size(MAGNIFIED)  # type: ignore[arg-type]
        page.evaluate(SIZE, "")
        # By its address, not as text: a browser keeps what it made of it.
        page.add_script_tag(url=f"{self._home}/axe.js")
        page.evaluate(ASK, [RULES, IN_WORDS, english])
        return found

    def take(self) -> Sequence[str]:
        """What axe found in Chinese, and what is wrong with the same page in English."""
        found: list[str] = self._page.evaluate("window.answer")
        return found

    def _sideways(self, at: str) -> list[str]:
        """Whether the page itself scrolls sideways; a table in a scroller of its own may."""
        view = self._page.viewport_size or {"width": 0}
        wide = self._page.evaluate(WIDE)
        return [f"{wide} wide on {view['width']} at {at}"] if wide > view["width"] else []

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/axe.js":
            kept = {"Cache-Control": "max-age=3600"}
            return Response(AXE_SCRIPT, mimetype="text/javascript", headers=kept)(environ, start)
        if path.startswith("/s/") or self._sample is None:
            return self._app(environ, start)
        if environ.get("HTTP_SEC_FETCH_DEST") == "document":
            return Response(self._sample.html, mimetype="text/html")(environ, start)
        with self._sample.client.get(path) as answer:
            part = Response(answer.data, answer.status_code, mimetype=answer.mimetype)
        return part(environ, start)
