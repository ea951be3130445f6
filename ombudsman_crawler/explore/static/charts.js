// Draws each chart of a page from the Vega-Lite specification that stands in it. Expressions are
// interpreted, not compiled: the page's policy allows no eval. The tables beside say the same.
import { expressionInterpreter } from "./vendor/vega-interpreter.js";

const { vega, vegaLite } = window;

async function draw(figure) {
  const specification = JSON.parse(figure.querySelector("script.spec").textContent);
  const place = document.createElement("div");
  place.className = "drawn";
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", specification.description);
  figure.append(place);
  // The page says in words what the lines under the title say, and wraps them.
  const title = { ...specification.title, subtitle: undefined };
  const fitted = { ...specification, title, width: figure.clientWidth };
  const compiled = vegaLite.compile(fitted).spec;
  const view = new vega.View(vega.parse(compiled, null, { ast: true }), {
    expr: expressionInterpreter,
    renderer: "canvas",
    container: place,
    hover: true,
  });
  await view.runAsync();
  // The label above says it all; what a canvas says of itself would be read twice.
  place.firstElementChild?.setAttribute("aria-hidden", "true");
}

function drawAll() {
  for (const figure of document.querySelectorAll("figure.chart")) {
    figure.querySelector(".drawn")?.remove();
    draw(figure).catch((error) => console.error(`a chart can't be drawn: ${error.message}`));
  }
}

let width = document.documentElement.clientWidth;
window.addEventListener("resize", () => {
  if (document.documentElement.clientWidth === width) return;
  width = document.documentElement.clientWidth;
  drawAll();
});
drawAll();
