"""The README's picture: the lineage of the package above the checks of a stage, as the UI shows them, light and dark.

Lives here: what is cut out of which page, and how the cuts are put together. Must not live here: the browser (`chrome`).
"""

import io
from pathlib import Path

from empathy_assets_tests.browser.chrome import Page

THEMES = ("Light", "Dark")
WIDTH = 1700  # pixels; twice the width that a README is read at, so that it is sharp on every screen
_VIEW = {"width": 1100, "height": 1000, "deviceScaleFactor": 2, "mobile": False}
_GRAPH_VIEW = {**_VIEW, "width": 1500}  # the graph is not made smaller to fit; beside it stand the navigation and the edge of a pane
_GAP, _MARGIN = 36, 12
_NAVIGATION = 56 + _MARGIN  # pixels, collapsed
_NO_TOOLS = """(() => [...document.querySelectorAll('div')].filter(e => {
  const r = e.getBoundingClientRect();
  return r.left > innerWidth - 110 && r.width > 20 && r.width < 70 && r.top > 300;
}).forEach(e => e.style.visibility = 'hidden'))()"""
_GRAPH = """(() => {
  const boxes = [...document.querySelectorAll('svg foreignObject')].map(e => e.getBoundingClientRect()).filter(r => r.width > 20);
  const [x, y] = [Math.min(...boxes.map(r => r.left)), Math.min(...boxes.map(r => r.top))];
  return {x, y, width: Math.max(...boxes.map(r => r.right)) - x, height: Math.max(...boxes.map(r => r.bottom)) - y};
})()"""
_CHECKS = """(() => {
  const leaf = text => [...document.querySelectorAll('*')].find(e => !e.children.length && e.innerText === text);
  const [left, top, end] = [72, 112, leaf('Plots').getBoundingClientRect().top - 24];
  return {x: left, y: top, width: 1010, height: end - top};
})()"""


def overview(page: Page, url: str, theme: str, path: Path) -> None:
    """Write the picture in one of `THEMES` as PNG."""
    page.call("Emulation.setDeviceMetricsOverride", **_GRAPH_VIEW)
    settings = {"dagster-theme": f'"{theme}"', "dagster-nav-collapsed": "true", "asset-graph-direction": '"vertical"'}
    for name, value in settings.items():
        page.ask(f"localStorage.setItem({name!r}, {value!r})")
    page.open(f"{url}/assets/ready_package?view=lineage&lineageScope=upstream&lineageDepth=20")
    page.until("['ready_package', 'foundation', 'sourcing', 'stages'].every(n => document.body.innerText.includes(n))")
    page.settle()  # the graph slides into its place, the states come in
    page.ask(_NO_TOOLS)  # the zoom floats over the graph
    box = page.ask(_GRAPH)
    assert box["x"] > _NAVIGATION, f"the graph begins at {box['x']:.0f}, below the navigation; widen {_GRAPH_VIEW}"
    graph = page.cut(box, margin=_MARGIN)
    page.call("Emulation.setDeviceMetricsOverride", **_VIEW)
    page.open(f"{url}/assets/nightmare-fuel?view=checks&checkDetail=crisis_sensitivity")
    page.until("['sensitivity_lower_bar', 'Latest execution', 'Plots'].every(n => document.body.innerText.includes(n))")
    page.settle()
    checks = page.cut(page.ask(_CHECKS))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(stacked(graph, checks))


def stacked(*pictures: bytes) -> bytes:
    """Return PNG pictures of one background one above the other, each as wide as `WIDTH`, few enough colours to be small."""
    from PIL import Image

    found = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]
    scaled = [image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.LANCZOS) for image in found]
    height = sum(image.height for image in scaled) + _GAP * (len(scaled) - 1)
    canvas = Image.new("RGB", (WIDTH, height), found[-1].getpixel((2, 2)))
    top = 0
    for image in scaled:
        canvas.paste(image, (0, top))
        top += image.height + _GAP
    out = io.BytesIO()
    canvas.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
