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

  function watch(dialog) {
    const warn = Number(dialog.dataset.warn);
    let end = Date.now() + Number(dialog.dataset.left) * 1000;
    let over = false;
    let asking = false;

    const left = () => (end - Date.now()) / 1000;

    /* The seconds that the server says are left; 0 where it no longer knows us; null where it did not answer. */
    async function told(address, given) {
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" }, ...given });
        if (answer.redirected) return 0;
        return answer.ok ? (await answer.json()).left : null;
      } catch {
        return null;
      }
    }

    function take(seconds) {
      if (seconds !== null) end = Date.now() + seconds * 1000;
    }

    function show() {
      if (left() > warn) {
        if (dialog.open) dialog.close();
        over = false;
        return;
      }
      const ended = left() <= 0;
      if (ended && over) return; /* said once; the person went back to the page */
      over = ended;
      part(dialog, "soon").hidden = ended;
      part(dialog, "over").hidden = !ended;
      dialog.setAttribute("aria-labelledby", ended ? "session-dialog-over" : "session-dialog-title");
      part(dialog, "time").textContent = inWords(left());
      if (!dialog.open) dialog.showModal();
    }

    async function look() {
      if (asking || left() > warn) return;
      const known = dialog.open && left() > 0;
      if (!known && !over) {
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
    part(dialog, "close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("cancel", (event) => {
      if (!over) event.preventDefault(); /* Escape must not hide that time runs out */
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
