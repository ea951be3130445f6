// Draws the charts of a page: <figure class="chart"> with a <script type="application/json"
// class="spec"> in it. Works under script-src 'self'; style-src 'self': expressions are interpreted,
// no style is added to the page. Without it, or where it fails, the page's tables stay.
"use strict";

(function () {
  const interpreter = window.vegaInterpreter.expressionInterpreter;
  // A chart loads nothing.
  const loader = {
    load: () => Promise.reject(new Error("charts load nothing")),
    sanitize: () => Promise.reject(new Error("charts link nowhere")),
  };
  const quiet = window.vega.logger(window.vega.Error);
  const narrowest = 240;

  function widthOf(figure) {
    return Math.max(narrowest, Math.floor(figure.clientWidth));
  }

  // Breaks a title's lines where they would leave the chart.
  function wrapped(lines, longest) {
    const found = [];
    for (const line of [lines].flat()) {
      let rest = "";
      for (const word of line.split(" ")) {
        if (rest && rest.length + word.length + 1 > longest) {
          found.push(rest);
          rest = word;
        } else rest = rest ? rest + " " + word : word;
      }
      found.push(rest);
    }
    return found;
  }

  function fitted(spec, width) {
    const title = {
      ...spec.title,
      text: wrapped(spec.title.text, Math.floor(width / 9)),
      subtitle: wrapped(spec.title.subtitle, Math.floor(width / 7)),
    };
    const legend = { ...spec.config.legend, labelLimit: width - 60 };
    return { ...spec, width, title, config: { ...spec.config, legend } };
  }

  function draw(figure) {
    const source = figure.querySelector("script.spec");
    const spec = JSON.parse(source.textContent);
    const follows = spec.width === "container";
    let view = null;
    let drawn = 0;

    async function render() {
      const width = widthOf(figure);
      if (width === drawn) return;
      drawn = width;
      const sized = follows ? fitted(spec, width) : spec;
      const compiled = window.vegaLite.compile(sized, { logger: quiet }).spec;
      const place = document.createElement("div");
      place.className = "chart-drawing";
      place.setAttribute("role", "img");
      if (spec.description) place.setAttribute("aria-label", spec.description);
      const next = new window.vega.View(
        window.vega.parse(compiled, null, { ast: true }),
        { expr: interpreter, renderer: "canvas", loader: loader, hover: true }
      );
      next.logLevel(window.vega.Error);
      next.initialize(place);
      await next.runAsync();
      // The canvas is described once, by the place it is in.
      for (const child of place.children) {
        child.removeAttribute("aria-label");
        child.setAttribute("aria-hidden", "true");
      }
      if (view) {
        view.container().remove();
        view.finalize();
      }
      view = next;
      source.before(place);
    }

    let waiting = null;
    const again = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => render().catch((error) => fail(figure, error)), 100);
    };
    if (follows) new ResizeObserver(again).observe(figure);
    return render();
  }

  function fail(figure, error) {
    figure.classList.add("chart-failed");
    console.error("a chart can't be drawn:", error);
  }

  async function drawAll() {
    for (const figure of document.querySelectorAll("figure.chart:has(> script.spec)")) {
      try {
        await draw(figure);
        figure.classList.add("chart-drawn");
      } catch (error) {
        fail(figure, error);
      }
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", drawAll);
  else drawAll();
})();
