/* Keyboard on the list, and a word when the server does not answer. The pages work without. */
(() => {
  "use strict";
  const list = document.querySelector("ol.people");
  const kept = "framsynt-keys";
  let on = true;
  try { on = localStorage.getItem(kept) !== "off"; } catch { /* not kept, then */ }

  const rows = () => [...document.querySelectorAll("ol.people > li")];
  const here = () => document.activeElement?.closest?.("ol.people > li") ?? null;
  const typing = (el) => el.closest?.("input, select, textarea, [contenteditable]") !== null;

  function go(step) {
    const all = rows();
    const at = all.indexOf(here());
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  function decide(kind) {
    const panel = here()?.querySelector("details.decide");
    if (!panel) return;
    panel.open = true;
    const picked = panel.querySelector(`input[name=kind][value=${kind}]`);
    picked.checked = true;
    const field = panel.querySelector(`.if-${kind} select, .if-${kind} input:checked, .if-${kind} input`);
    (field ?? picked).focus();
  }

  const DEEDS = { e: "enrol", d: "defer", a: "decline" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      const open = document.activeElement?.closest?.("details.decide[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      return;
    }
    if (!on || !list || typing(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") go(key === "j" ? 1 : -1);
    else if (key in DEEDS && here()) decide(DEEDS[key]);
    else if (event.key === "Enter" && event.target.matches("ol.people > li")) location.assign(event.target.dataset.open);
    else return;
    event.preventDefault();
  });

  // Single keys can be turned off (WCAG 2.1.4).
  const hint = document.querySelector("[data-keys-on]");
  if (hint && list) {
    const keys = hint.querySelector(".keys");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    const say = () => {
      keys.hidden = !on;
      button.textContent = on ? hint.dataset.keysOff : hint.dataset.keysOn;
    };
    button.addEventListener("click", () => {
      on = !on;
      try { localStorage.setItem(kept, on ? "on" : "off"); } catch { /* not kept, then */ }
      say();
    });
    hint.append(" ", button);
    say();
  }

  // One panel open at a time; a click beside it closes it.
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.decide[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });

  // On a phone the people come first; what narrows the list down is there when asked for.
  const narrowing = document.querySelector("details.narrowing:not([data-wanted])");
  if (narrowing && matchMedia("(max-width: 44rem)").matches) narrowing.open = false;

  for (const form of document.querySelectorAll("form[data-choose]")) {
    form.querySelector("[type=submit]").hidden = true;
    form.addEventListener("change", () => form.requestSubmit());
  }

  // Logged out while writing: what was filled in waits in this tab until the same reader is back.
  const DRAFT = "framsynt-draft";
  const FRESH = 30 * 60 * 1000;
  const reader = () => document.querySelector(".tools .user")?.textContent.trim() ?? "";
  const forget = () => { try { sessionStorage.removeItem(DRAFT); } catch { /* not kept, then */ } };
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const form = event.detail.elt;
    if (event.detail.xhr.status !== 401 || !form.matches?.("details.decide form")) return;
    const fields = [...new FormData(form)].filter(([name]) => name !== "csrf" && name !== "follows");
    const draft = { at: Date.now(), path: location.pathname, reader: reader(), fields };
    try { sessionStorage.setItem(DRAFT, JSON.stringify(draft)); } catch { /* not kept, then */ }
  });
  document.querySelector("form[action='/logout']")?.addEventListener("submit", forget);
  function fillAgain() {
    let draft = null;
    try { draft = JSON.parse(sessionStorage.getItem(DRAFT)); } catch { /* not kept, then */ }
    if (!draft || !reader()) return;
    if (draft.reader !== reader() || Date.now() - draft.at > FRESH) return forget();
    if (draft.path !== location.pathname) return;
    forget();
    const said = Object.fromEntries(draft.fields);
    const form = [...document.querySelectorAll("details.decide form")]
      .find((one) => one.elements.person_id.value === said.person_id);
    if (!form) return;
    for (const [name, value] of draft.fields) {
      const field = form.elements[name];
      if (field) field.value = value;
    }
    form.closest("details").open = true;
    form.querySelector("[type=submit]").focus();
  }
  fillAgain();

  document.addEventListener("htmx:afterSwap", (event) => {
    const row = document.getElementById(event.detail.target?.id ?? "");
    if (!row?.matches("ol.people > li")) return;
    document.getElementById("failed").textContent = "";
    (row.querySelector("details[open] [role=alert] ~ fieldset input:checked") ?? row).focus();
  });
  const failed = (said) => { document.getElementById("failed").textContent = said; };
  document.addEventListener("htmx:sendError", () => failed(document.getElementById("failed").dataset.lost));
  document.addEventListener("htmx:responseError", (event) => {
    const data = document.getElementById("failed").dataset;
    failed(event.detail.xhr.status === 401 || event.detail.xhr.status === 403 ? data.out : data.lost);
  });
})();
