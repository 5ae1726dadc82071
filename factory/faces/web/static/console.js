// The console's own script: keys, and the line to the server. All of it works by links without a script.
(() => {
  const main = document.getElementById("main");
  const live = document.getElementById("live");
  const nonce = document.querySelector("script[nonce]")?.nonce;

  if (live && window.htmx && nonce) {
    live.setAttribute("hx-nonce", nonce);
    live.setAttribute("hx-swap", "none");
    live.setAttribute("hx-sse:connect", live.dataset.stream);
    htmx.process(live);
    live.addEventListener("htmx:sse:after:connection", () => { live.hidden = true; });
    live.addEventListener("htmx:sse:error", () => { live.hidden = false; });
  }

  const go = (change) => {
    const at = new URL(main.dataset.home, location.href);
    change(at.searchParams);
    location.assign(at);
  };
  const all = (main?.dataset.all ?? "").split(",");
  const shown = () => (main?.dataset.panes || main?.dataset.usual || "").split(",").filter(Boolean);
  const panes = { u: "people", g: "git", k: "line", e: "errors", m: "money", o: "models", q: "queue" };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !main) return;
    if (event.target.closest("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "/") {
      event.preventDefault();
      document.getElementById("q")?.focus();
    } else if (/^[1-4]$/.test(event.key)) {
      const more = [...shown(), ...all.filter((name) => !shown().includes(name))];
      go((query) => query.set("panes", more.slice(0, Number(event.key)).join(",")));
    } else if (panes[event.key]) {
      const first = panes[event.key];
      const rest = shown().filter((name) => name !== first);
      const many = Math.max(1, shown().length);
      go((query) => query.set("panes", [first, ...rest].slice(0, many).join(",")));
    } else if (event.key === "h") {
      go(() => {});
    }
  });
})();
