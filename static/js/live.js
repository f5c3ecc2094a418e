// [data-live]: a list learns what has changed without a reload. Rows change in their own place, so that nothing moves
// under the pointer; what is new is told, and comes when it is asked for.

const EVERY = 15_000;

async function look() {
  const list = document.querySelector("[data-live]");
  if (!list || document.hidden) return;
  const answer = await fetch(list.dataset.live, { headers: { Accept: "application/json", "HX-Request": "true" } });
  if (!answer.ok) return;
  const { rows, is_last: isLast } = await answer.json();
  if (list.isConnected) compare(list, rows, isLast);
}

function compare(list, rows, isLast) {
  const prefix = list.dataset.liveRow;
  const here = new Map([...list.querySelectorAll("[data-mark]")].map((row) => [row.id, row]));
  const marks = new Map(rows.map(([id, mark]) => [`${prefix}${id}`, mark]));
  for (const [id, row] of here) {
    if (row.dataset.mark !== marks.get(id) && !isLeftAlone(row)) renew(row);
  }
  const ids = [...marks.keys()];
  const end = isLast ? ids.length : ids.findLastIndex((id) => here.has(id));
  announce(ids.slice(0, end).filter((id) => !here.has(id)).length);
}

// What is closed stays as it is; a question that is open, or an answer under way, is not taken away.
function isLeftAlone(row) {
  return row.matches(".is-closed") || row.querySelector("form.answer-form, .htmx-request");
}

function renew(row) {
  const url = `/handoffs/${row.id.replace(/\D/g, "")}`;
  htmx.ajax("GET", url, { target: `#${row.id}`, swap: "outerHTML" });
}

function announce(count) {
  const news = document.getElementById("queue-news");
  if (!news) return;
  news.hidden = count === 0;
  const text = count === 1 ? news.dataset.one : news.dataset.many.replace("{count}", count);
  if (count && news.textContent !== text) news.textContent = text;
}

const safely = () => look().catch(console.warn);
setInterval(safely, EVERY);
document.addEventListener("visibilitychange", safely);
addEventListener("online", safely);
