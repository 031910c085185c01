/* Shows what a set-up would do while it is changed. Without JavaScript a button does it. */
(function () {
  "use strict";

  const PAUSE = 600;

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-effect-button]");
    const shown = document.querySelector("[data-effect]");
    if (!button || !shown) return;
    const form = button.form;
    let asked = 0;
    let timer;

    /* What was folded out stays so. */
    function replace(next) {
      const open = [...shown.querySelectorAll("details")].map((part) => part.open);
      shown.replaceChildren(...next.childNodes);
      shown.querySelectorAll("details").forEach((part, place) => {
        part.open = open[place] ?? false;
      });
    }

    async function show() {
      const mine = ++asked;
      shown.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(button.formAction, { method: "POST", body: new FormData(form) });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const next = page.querySelector("[data-effect]");
        if (mine === asked && answer.ok && next) replace(next);
      } catch {
        /* the button still works once the connection is back */
      }
      if (mine === asked) shown.removeAttribute("aria-busy");
    }

    form.addEventListener("change", (event) => {
      if (!/^(weight_|minimum$|respect_|must_|not_again$)/.test(event.target.name)) return;
      clearTimeout(timer);
      timer = setTimeout(show, PAUSE);
    });
    button.addEventListener("click", (event) => {
      event.preventDefault();
      show();
    });
  });
})();
