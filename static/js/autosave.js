/* Saves a form while it is filled in, by posting that same form. Without JavaScript there is its button. */
(function () {
  "use strict";

  const REST = 1500;

  function follow(form, line) {
    let timer = null;
    let under_way = null;
    let last = filled();
    let stopped = false;

    function filled() {
      return new URLSearchParams(new FormData(form)).toString();
    }

    function say(words) {
      if (line.textContent !== words) line.textContent = words;
    }

    /* What the answers make possible stands beside the form, and is read out when it changes. */
    function look(html) {
      const shown = document.querySelector("[data-outlook]");
      const next = new DOMParser().parseFromString(html, "text/html").body;
      if (!shown || shown.textContent.trim() === next.textContent.trim()) return;
      shown.replaceChildren(...next.childNodes);
    }

    async function save() {
      const sent = filled();
      if (sent === last || stopped) return;
      say("Saving …");
      let answer;
      let told;
      try {
        answer = await fetch(form.action || location.href, {
          method: "POST",
          body: new FormData(form),
          headers: { "X-Autosave": "1", Accept: "application/json" },
        });
        if (answer.redirected || answer.status === 401) {
          say("Not saved: you are signed out, and the button below does not save it either. Copy what you want to keep. Then sign in in a new window, open this page there, and put it in.");
          return;
        }
        told = await answer.json();
      } catch {
        say("Not saved yet. We try again at your next change, or use the button below.");
        return;
      }
      say(told.words);
      stopped = answer.status === 409;
      if (!answer.ok) return;
      const unchanged = filled() === sent;
      form.elements.version.value = told.version;
      look(told.outlook);
      last = unchanged ? filled() : "";
      if (unchanged) form.dispatchEvent(new CustomEvent("autosaved", { detail: last }));
      else soon();
    }

    function soon() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (under_way) return soon();
        under_way = save().finally(() => {
          under_way = null;
        });
      }, REST);
    }

    /* A save by hand waits for the one under way: it must carry the version that one makes. */
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (!under_way) return;
      event.preventDefault();
      const button = event.submitter;
      event.stopImmediatePropagation();
      under_way.then(() => form.requestSubmit(button));
    }, true);
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const line = document.querySelector("[data-autosave]");
    if (!line) return;
    line.hidden = false;
    follow(line.closest("form"), line);
  });
})();
