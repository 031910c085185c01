/* Asks before the session ends whether to stay signed in. Another window may have gone on meanwhile, so the server
   is asked first; asking does not keep the session alive. */
(function () {
  "use strict";

  const LOOK = 5000;

  function part(dialog, name) {
    return dialog.querySelector(`[data-session="${name}"]`);
  }

  function inWords(seconds) {
    if (seconds < 60) return "less than a minute";
    const minutes = Math.floor(seconds / 60);
    return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  }

  /* What there is to say: "soon" the session ends unless the person stays; this is the "last" of it, as sessions have
     a longest time; it is "over". The last two are said once, and the person may go back to the page. */
  function watch(dialog) {
    const warn = Number(dialog.dataset.warn);
    let end = Date.now() + Number(dialog.dataset.left) * 1000;
    let longest = false;
    let said = "";
    let asking = false;

    const left = () => (end - Date.now()) / 1000;

    /* What the server says; nothing is left where it no longer knows us; null where it did not answer. */
    async function told(address, given) {
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" }, ...given });
        if (answer.redirected) return { left: 0, longest: false };
        return answer.ok ? await answer.json() : null;
      } catch {
        return null;
      }
    }

    function take(answer) {
      if (answer === null) return;
      end = Date.now() + answer.left * 1000;
      longest = answer.longest;
    }

    function say(what) {
      for (const one of ["soon", "last", "over"]) part(dialog, one).hidden = one !== what;
      dialog.setAttribute("aria-labelledby", `session-dialog-${what}`);
      dialog.setAttribute("aria-describedby", `session-dialog-${what}-words`);
      if (!dialog.open) dialog.showModal();
      part(dialog, what).querySelector("a, button").focus();
      said = what;
    }

    function show() {
      if (left() > warn) {
        if (dialog.open) dialog.close();
        said = "";
        return;
      }
      for (const time of dialog.querySelectorAll("[data-session-time]")) time.textContent = inWords(left());
      const what = left() <= 0 ? "over" : longest ? "last" : "soon";
      if (what !== said) say(what);
    }

    async function look() {
      if (asking || left() > warn) return;
      const known = said !== "" && left() > 0;
      if (!known && said !== "over") {
        asking = true;
        take(await told(dialog.dataset.ask));
        asking = false;
      }
      show();
    }

    part(dialog, "stay").addEventListener("submit", async (event) => {
      event.preventDefault();
      const form = event.target;
      take(await told(form.action, { method: "POST", body: new FormData(form) }));
      show();
    });
    for (const button of dialog.querySelectorAll("[data-session-close]")) {
      button.addEventListener("click", () => dialog.close());
    }
    dialog.addEventListener("cancel", (event) => {
      if (said === "soon") event.preventDefault(); /* Escape must not hide that time runs out */
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) look();
    });
    setInterval(look, LOOK);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const dialog = document.getElementById("session-dialog");
    if (dialog) watch(dialog);
  });
})();
