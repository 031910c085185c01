/* What makes the pages pleasanter with JavaScript. Nothing here is needed to use them. */
(function () {
  "use strict";

  document.documentElement.classList.add("js");

  function menu() {
    const button = document.querySelector(".menu-button");
    const nav = button && document.getElementById(button.getAttribute("aria-controls"));
    if (!nav) return;

    function show(open) {
      nav.classList.toggle("is-open", open);
      button.setAttribute("aria-expanded", String(open));
    }

    button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
    nav.parentElement.addEventListener("keydown", (event) => {
      const closable = button.getAttribute("aria-expanded") === "true";
      if (event.key !== "Escape" || !closable || nav.querySelector(".submenu[open]")) return;
      show(false);
      button.focus();
    });
  }

  function submenus() {
    document.addEventListener("click", (event) => {
      const kept = event.target.closest(".submenu");
      document.querySelectorAll(".submenu[open]").forEach((open) => {
        if (open !== kept) open.open = false;
      });
    });
    document.addEventListener("keydown", (event) => {
      const open = event.key === "Escape" && event.target.closest(".submenu[open]");
      if (!open) return;
      open.open = false;
      open.querySelector("summary").focus();
      event.stopPropagation();
    });
  }

  /* A form that came back with errors is unsaved from the start. */
  function warnOnLeaving(form) {
    const filled = () => new URLSearchParams(new FormData(form)).toString();
    let before = filled();
    const cameBack = form.querySelector("[data-error-summary]") !== null;
    let sent = false;
    form.addEventListener("submit", () => {
      sent = true;
    });
    form.addEventListener("autosaved", (event) => {
      before = event.detail;
    });
    window.addEventListener("beforeunload", (event) => {
      if (!sent && (cameBack || filled() !== before)) event.preventDefault();
    });
  }

  /* A form that fetches a file: the page stays, so it says that the file is on its way. */
  function sendNow(form) {
    const arrival = performance.getEntriesByType("navigation")[0];
    if (arrival && arrival.type !== "navigate") return; // fetched once, not at each way back
    form.querySelector("[data-sent]").hidden = false;
    form.requestSubmit();
  }

  /* A double click sends a form once: its second half would be answered about what the first did.
     After a while it may be sent again, for pages that stay because a file comes. */
  function sendOnce() {
    const AGAIN = 3000; // milliseconds
    const sentAt = new WeakMap();
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (event.defaultPrevented || form.method !== "post") return;
      const last = sentAt.get(form);
      if (last !== undefined && event.timeStamp - last < AGAIN) event.preventDefault();
      else sentAt.set(form, event.timeStamp);
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) document.querySelectorAll("form").forEach((form) => sentAt.delete(form));
    });
  }

  sendOnce();
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("form[data-send-now]").forEach(sendNow);
    menu();
    submenus();
    document.querySelectorAll("form[data-warn-leaving]").forEach(warnOnLeaving);
    document.querySelector("[data-error-summary]")?.focus();
  });
})();
