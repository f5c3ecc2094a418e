// The look of every chart, taken from the tokens as they are right now. A figure's own layout wins over it.

const probe = document.body.appendChild(Object.assign(document.createElement("i"), { hidden: true }));

export function dressed({ data, layout }) {
  const own = withColours(layout);
  return { data: withColours(data), layout: merged(look(data, own), own) };
}

// Plotly needs colours, not names of tokens; the browser works out what a token means.
function colour(token) {
  probe.style.color = token;
  return getComputedStyle(probe).color;
}

function withColours(value) {
  if (typeof value === "string") return value.startsWith("var(--") ? colour(value) : value;
  if (Array.isArray(value)) return value.map(withColours);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withColours(inner)]));
}

function look(data, layout) {
  const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
  const [named, measured] = data.some((trace) => trace.orientation === "h") ? ["y", "x"] : ["x", "y"];
  return {
    ...axes(layout, measured, data.length > 1),
    font: { ...font, color: colour("var(--ink-soft)") },
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    colorway: [1, 2, 3, 4, 5].map((number) => colour(`var(--chart-${number})`)),
    margin: { l: 8, r: 8, t: 8, b: 8 },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
    hovermode: data.length > 1 ? `${named} unified` : "closest",
    hoverlabel: {
      namelength: -1,
      bgcolor: colour("var(--raised)"),
      bordercolor: colour("var(--line)"),
      font: { ...font, color: colour("var(--ink)") },
    },
    dragmode: false,
    bargap: 0.3,
  };
}

function axes(layout, measured, showspikes) {
  const line = colour("var(--line)");
  const any = { gridcolor: line, linecolor: line, zerolinecolor: line, automargin: true, fixedrange: true, ticklabelstandoff: 6 };
  const named = { showgrid: false, showspikes, spikecolor: line, spikethickness: 1, spikedash: "solid" };
  const keys = ["xaxis", "yaxis", ...Object.keys(layout).filter((key) => /^[xy]axis\d+$/.test(key))];
  return Object.fromEntries(keys.map((key) => [key, key.startsWith(measured) ? any : { ...any, ...named }]));
}

function merged(base, over) {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    result[key] = isMap(value) && isMap(base[key]) ? merged(base[key], value) : value;
  }
  return result;
}

function isMap(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
