/* Keys for the tables of a leader's page: down and up the rows, tick, tick all, open, and a list of
   the keys. And the count of what is ticked. Everything works without them. They can be switched
   off in one's settings, since a single letter may be pressed by mistake, or by a program that types
   what it hears. */
(function () {
  "use strict";

  // What the page says of the keys; nothing is kept in the browser.
  const { settings, off } = document.currentScript.dataset;
  const visible = (element) => element.getClientRects().length > 0;
  const rows = () => [...document.querySelectorAll("main tbody tr")].filter(visible);
  const boxOf = (row) => row.querySelector("input[type=checkbox]");
  const boxes = () => rows().map(boxOf).filter(Boolean);

  function counted() {
    const words = document.querySelector("[data-chosen]");
    if (!words) return;
    const every = document.querySelector("[name=every]");
    const count = boxes().filter((box) => box.checked).length;
    if (every && every.checked) words.textContent = "(all)";
    else words.textContent = count ? `(${count} chosen)` : "";
  }

  function toggle(box, on) {
    box.checked = on;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function go(step) {
    const all = rows();
    const at = all.findIndex((row) => row.classList.contains("is-at"));
    const row = all[at < 0 ? (step > 0 ? 0 : -1) : at + step];
    if (!row) return;
    all[at]?.classList.remove("is-at");
    row.classList.add("is-at");
    const target = boxOf(row) || row;
    if (target === row) row.tabIndex = -1;
    target.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  const current = () => rows().find((row) => row.classList.contains("is-at"));

  function tick() {
    const box = current() && boxOf(current());
    if (box) toggle(box, !box.checked);
  }

  function tickAll() {
    const all = boxes();
    const on = all.some((box) => !box.checked);
    all.forEach((box) => toggle(box, on));
  }

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.append(...children);
    return element;
  }

  function help() {
    const told = [["j", "next row"], ["k", "row before"]];
    if (boxes().length) told.push(["x", "tick the row"], ["a", "tick all on this page"]);
    if (rows().some((row) => row.querySelector("a"))) told.push(["Enter", "open the row"]);
    told.push(["?", "show or hide this list"]);
    const kinds = { class: "usa-button usa-button--unstyled", type: "button" };
    const button = make("button", { ...kinds, "aria-expanded": "false", "aria-controls": "keys-list" }, "Keys for this page");
    const list = make("ul", { class: "usa-list usa-list--unstyled" }, ...told.map(([key, words]) =>
      make("li", {}, make("kbd", {}, key), ` ${words}`)));
    const way = make("a", { class: "usa-link", href: settings }, "Switch the keys off in your settings");
    const named = { class: "keys__list", id: "keys-list", role: "group", tabindex: "-1", "aria-label": "Keys for this page" };
    const panel = make("div", named, list, make("p", {}, way));
    panel.hidden = true;
    return { button, panel, whole: make("div", { class: "keys no-print" }, button, panel) };
  }

  function start() {
    const first = rows().find((row) => row.querySelector("a, input[type=checkbox]"));
    if (!first) return; // nothing to open or tick
    document.addEventListener("change", counted);
    counted();
    if (off !== undefined) return;
    const table = first.closest("table");
    const { button, panel, whole } = help();
    (table.closest("[role=region]") || table.parentElement).before(whole);

    let back = button; // where the focus was before the list was shown

    function show() {
      const inside = panel.contains(document.activeElement);
      panel.hidden = !panel.hidden;
      button.setAttribute("aria-expanded", String(!panel.hidden));
      if (panel.hidden) {
        if (inside) back.focus();
        return;
      }
      back = document.activeElement === document.body ? button : document.activeElement;
      panel.focus({ preventScroll: true });
      panel.scrollIntoView({ block: "nearest" });
    }

    button.addEventListener("click", show);

    const acts = {
      j: () => go(1),
      k: () => go(-1),
      x: tick,
      a: tickAll,
      Enter: () => current()?.querySelector("a")?.click(),
      "?": show,
    };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
      const { target } = event;
      if (target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
      const inRow = target.closest("tr.is-at") && !target.matches("a, button, summary");
      if (event.key === "Enter" && !inRow) return;
      event.preventDefault();
      acts[event.key]();
    });
    document.addEventListener("focusin", (event) => {
      const row = event.target.closest("tbody tr");
      if (!row || !rows().includes(row)) return;
      current()?.classList.remove("is-at");
      row.classList.add("is-at");
    });
  }

  document.addEventListener("DOMContentLoaded", start);
})();
