// Layouts of a person's own: kept in this browser, as the JSON that `factory serve --layout` writes. The server hears of none.
(() => {
  const main = document.getElementById("main");
  const form = document.getElementById("keep-layout");
  const list = document.getElementById("own-layouts");
  if (!main || !form || !list) return;

  const KEY = "stampmill.layouts";
  const NAME = /^[\p{L}\p{N}_-]{1,40}$/u;
  const MOST = 40;
  const all = main.dataset.all.split(",");
  const name = document.getElementById("layout-name");
  const file = document.getElementById("layouts-file");
  const save = document.getElementById("layouts-json");
  const said = document.getElementById("layouts-said");

  const checked = (found) => {
    const good = new Map();
    if (!found || typeof found !== "object" || Array.isArray(found)) return good;
    for (const [key, panes] of Object.entries(found)) {
      const known = Array.isArray(panes) ? [...new Set(panes)].filter((pane) => all.includes(pane)).slice(0, 4) : [];
      if (NAME.test(key) && known.length && good.size < MOST) good.set(key, known);
    }
    return good;
  };
  const json = (kept) => `${JSON.stringify(Object.fromEntries(kept), null, 1)}\n`;
  const parsed = (text) => {
    try {
      return checked(JSON.parse(text));
    } catch {
      return new Map();
    }
  };
  const read = () => {
    try {
      return parsed(localStorage.getItem(KEY) ?? "{}");
    } catch {
      return new Map(); // this browser keeps nothing
    }
  };
  const keep = (kept, told) => {
    try {
      localStorage.setItem(KEY, json(checked(Object.fromEntries(kept))));
      said.textContent = told;
    } catch {
      said.textContent = form.dataset.fails;
    }
    draw();
  };

  const row = (key, panes) => {
    const at = new URL(main.dataset.home, location.href);
    at.searchParams.set("panes", panes.join(","));
    const link = document.createElement("a");
    link.href = at.pathname + at.search;
    link.textContent = key;
    const away = document.createElement("button");
    away.type = "button";
    away.textContent = "×";
    away.setAttribute("aria-label", `${form.dataset.away} ${key}`);
    away.addEventListener("click", () => {
      const kept = read();
      kept.delete(key);
      keep(kept, "");
      name.focus();
    });
    const item = document.createElement("li");
    item.append(link, " ", away);
    return item;
  };
  const draw = () => {
    const kept = read();
    list.replaceChildren(...[...kept].map(([key, panes]) => row(key, panes)));
    list.hidden = !kept.size;
    URL.revokeObjectURL(save.href);
    save.href = URL.createObjectURL(new Blob([json(kept)], { type: "application/json" }));
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(read().set(name.value, main.dataset.panes.split(",")), form.dataset.kept);
    name.value = "";
  });
  file.addEventListener("change", async () => {
    const brought = file.files.length ? parsed(await file.files[0].text()) : new Map();
    file.value = "";
    if (brought.size) keep(new Map([...read(), ...brought]), form.dataset.kept);
    else said.textContent = form.dataset.none;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "s" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    name.focus();
  });

  form.hidden = false;
  draw();
})();
