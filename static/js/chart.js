// [data-chart]: draws the server's figure in the page's colours and language. The library loads only where there
// is a chart, and nothing of the figure is decided here.

const library = document.querySelector('meta[name="chart-library"]');
const PAPER_WIDTH = 640;
let loading;

function load() {
  const { look, locale } = library.dataset;
  loading ??= Promise.all([import(look), script(library.content).then(() => locale && script(locale))]);
  return loading;
}

function script(src) {
  return new Promise((onload, onerror) => {
    document.head.append(Object.assign(document.createElement("script"), { src, onload, onerror }));
  });
}

// `size` fixes the width where the element's own does not count, as on paper.
async function draw(element, size = {}) {
  try {
    const [figure, [look]] = await Promise.all([figureOf(element), load()]);
    const { data, layout } = look.dressed(figure);
    const config = { displayModeBar: false, responsive: true, locale: document.documentElement.lang };
    await Plotly.react(element, data, { ...layout, ...size }, config);
    leadToPoints(element);
  } catch (error) {
    element.classList.add("is-failed");
    element.textContent = element.dataset.failed;
    console.warn(error);
  }
}

async function figureOf(element) {
  element.figure ??= element.dataset.chart
    ? await (await fetch(element.dataset.chart, { headers: { Accept: "application/json" } })).json()
    : JSON.parse(document.getElementById(`${element.id}-figure`).textContent);
  return element.figure;
}

// A point whose customdata is an address of this site leads there.
function leadToPoints(element) {
  if (element.leads) return;
  element.leads = true;
  element.on("plotly_click", ({ points: [point] }) => {
    const address = typeof point.customdata === "string" && new URL(point.customdata, location.href);
    if (address && address.origin === location.origin) location.assign(address);
  });
}

function drawAll(root, size) {
  root.querySelectorAll("[data-chart]").forEach((element) => draw(element, size));
}

function print(isPrinting) {
  const { dataset } = document.documentElement;
  if (isPrinting) dataset.screenTheme = dataset.theme;
  dataset.theme = isPrinting ? "light" : dataset.screenTheme;
  drawAll(document, isPrinting ? { width: PAPER_WIDTH } : {});
}

// [data-picture-of]: the chart as a file, on the ground of the page.
async function save(button) {
  const element = document.getElementById(button.dataset.pictureOf);
  const { data, layout } = element;
  const paper_bgcolor = getComputedStyle(document.body).backgroundColor;
  const title = { text: element.getAttribute("aria-label").split(". ")[0], x: 0.01, font: { size: 16 } };
  const margin = { ...layout.margin, t: 64 };
  const size = { format: button.dataset.format, width: 1000, height: 560, scale: 2, filename: element.id };
  await Plotly.downloadImage({ data, layout: { ...layout, paper_bgcolor, title, margin } }, size);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-picture-of]");
  if (button) save(button);
});

drawAll(document);
addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));
document.addEventListener("themechange", () => drawAll(document));
document.addEventListener("htmx:load", ({ target }) => target !== document.body && drawAll(target));
